import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import type { UpstreamModel } from '@devart/plugin-devart-node';
import { numberIn } from './numberIn';

/** What a million tokens cost, in millionths of the currency. */
export interface ConfiguredPrice {
  inputMillionMicros: number;
  outputMillionMicros: number;
  cachedInputMillionMicros?: number;
}

/** How long the gateway waits for an upstream, in milliseconds. */
export interface UpstreamTimeouts {
  connectMs: number;
  /** From the call to the beginning of the answer. */
  firstByteMs: number;
  /** Between two parts of the answer. */
  idleMs: number;
  /** For all of it. */
  totalMs: number;
}

/** What the configuration says of an upstream, whoever brings it. */
export interface UpstreamSettings {
  id: string;
  title: string;
  /** Explicit models; all that the upstream names, unless given. */
  models?: UpstreamModel[];
  /** By model; `*` stands for all others. */
  prices: Record<string, ConfiguredPrice>;
  timeouts: UpstreamTimeouts;
  onExhausted: 'delegate' | 'ask' | 'reject';
  fallback?: { upstream: string; model?: string };
  /** What is called when somebody is delegated here and asks for a model that is not here. */
  defaultModel?: string;
}

/** How to reach an upstream that speaks OpenAI's protocol. */
export interface UpstreamConnection {
  type: 'openai' | 'azure' | 'compatible';
  /** Without a slash at the end. */
  baseUrl: string;
  apiKey?: string;
  /** Of Azure: the version of its API, unless its address is that of the unversioned one. */
  apiVersion?: string;
  priceProvider?: string;
}

/** `devart.gateway` of the configuration. */
export interface GatewayConfig {
  upstreams: { settings: UpstreamSettings; connection?: UpstreamConnection }[];
  maxBodyBytes: number;
  concurrentPerKey: number;
  callsPerMinutePerKey: number;
  /** Most output of a call that does not say how much it wants, where the model's own limit is not configured. */
  defaultMaxOutputTokens: number;
  retries: number;
  discoverySeconds: number;
  recording?: { days: number; maxBytes: number };
}

const DEFAULT_BASE_URLS = {
  openai: 'https://api.openai.com/v1',
  azure: undefined,
  compatible: undefined,
};

function checkedUrl(at: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (
    !url ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username ||
    url.password
  ) {
    throw new InputError(
      `Configuration ${at} must be an http or https URL without user and password`,
    );
  }
  return value.replace(/\/+$/, '');
}

function oneOf<T extends string>(
  at: string,
  value: string,
  among: readonly T[],
): T {
  const found = among.find(one => one === value);
  if (!found) {
    throw new InputError(
      `Configuration ${at} is '${value}'; it must be one of ${among.join(', ')}`,
    );
  }
  return found;
}

/** Prices are written per million tokens in units of the currency: `0.15`. */
function readPrice(config: Config, at: string): ConfiguredPrice {
  const micros = (key: string, value: number): number => {
    if (!(value >= 0 && value <= 1e6)) {
      throw new InputError(
        `Configuration ${at}.${key} is ${value}; it must be from 0 to 1000000 units of the currency for a million tokens`,
      );
    }
    return Math.round(value * 1e6);
  };
  const cached = config.getOptionalNumber('cachedInput');
  return {
    inputMillionMicros: micros('input', config.getNumber('input')),
    outputMillionMicros: micros(
      'output',
      config.getOptionalNumber('output') ?? 0,
    ),
    ...(cached === undefined
      ? {}
      : { cachedInputMillionMicros: micros('cachedInput', cached) }),
  };
}

function readPriceOf(config: Config, at: string): ConfiguredPrice | undefined {
  if (!config.has('price')) {
    return undefined;
  }
  const value = config.getOptional('price');
  if (typeof value === 'string') {
    oneOf(`${at}.price`, value, ['free']);
    return { inputMillionMicros: 0, outputMillionMicros: 0 };
  }
  return readPrice(config.getConfig('price'), `${at}.price`);
}

function readModels(config: Config, at: string) {
  const prices: Record<string, ConfiguredPrice> = {};
  const models = config
    .getOptionalConfigArray('models')
    ?.map((section, index): UpstreamModel => {
      const name = section.getString('name');
      const price = readPriceOf(section, `${at}.models[${index}]`);
      if (price) {
        prices[name] = price;
      }
      const tokens = (key: string) =>
        section.has(key)
          ? numberIn(section, key, { default: 0, min: 1, max: 100_000_000 })
          : undefined;
      return {
        name,
        base: section.getOptionalString('base'),
        contextTokens: tokens('contextTokens'),
        maxOutputTokens: tokens('maxOutputTokens'),
      };
    });
  return { models, prices };
}

function readTimeouts(config: Config): UpstreamTimeouts {
  const ms = (key: string, seconds: number) =>
    numberIn(config, `timeouts.${key}`, {
      default: seconds,
      min: 0.05,
      max: 86_400,
    }) * 1000;
  return {
    connectMs: ms('connectSeconds', 5),
    firstByteMs: ms('firstByteSeconds', 120),
    idleMs: ms('idleSeconds', 60),
    totalMs: ms('totalSeconds', 900),
  };
}

function readUpstream(config: Config, at: string) {
  const id = config.getString('id');
  if (!/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/.test(id)) {
    throw new InputError(
      `Configuration ${at}.id is '${id}'; it must start and end with a lower-case letter or digit and hold only those and . _ -`,
    );
  }
  const { models, prices } = readModels(config, at);
  const priceOfAll = readPriceOf(config, at);
  const fallback = config.getOptionalConfig('fallback');
  const settings: UpstreamSettings = {
    id,
    title: config.getOptionalString('title') ?? id,
    models,
    prices: { ...(priceOfAll ? { '*': priceOfAll } : {}), ...prices },
    timeouts: readTimeouts(config),
    onExhausted: oneOf(
      `${at}.onExhausted`,
      config.getOptionalString('onExhausted') ??
        (fallback ? 'delegate' : 'reject'),
      ['delegate', 'ask', 'reject'],
    ),
    fallback: fallback && {
      upstream: fallback.getString('upstream'),
      model: fallback.getOptionalString('model'),
    },
    defaultModel: config.getOptionalString('defaultModel'),
  };
  const typeName = config.getOptionalString('type');
  if (typeName === undefined) {
    return { settings };
  }
  const type = oneOf(`${at}.type`, typeName, ['openai', 'azure', 'compatible']);
  const baseUrl =
    config.getOptionalString('baseUrl') ?? DEFAULT_BASE_URLS[type];
  if (!baseUrl) {
    throw new InputError(
      `Configuration ${at}.baseUrl is needed for the type ${type}`,
    );
  }
  const connection: UpstreamConnection = {
    type,
    baseUrl: checkedUrl(`${at}.baseUrl`, baseUrl),
    apiKey: config.getOptionalString('apiKey'),
    apiVersion: config.getOptionalString('apiVersion'),
    priceProvider: config.getOptionalString('priceProvider'),
  };
  if (type === 'azure' && !models) {
    throw new InputError(
      `Configuration ${at}.models is needed for the type azure: its deployments cannot be listed with its key`,
    );
  }
  return { settings, connection };
}

/** Refuses fallbacks to nowhere, in circles and over too many steps. */
function checkFallbacks(
  upstreams: readonly { settings: UpstreamSettings }[],
): void {
  const byId = new Map(
    upstreams.map(({ settings }) => [settings.id, settings]),
  );
  for (const { settings } of upstreams) {
    const seen = [settings.id];
    let next = settings.fallback?.upstream;
    while (next !== undefined) {
      const target = byId.get(next);
      if (!target) {
        throw new InputError(
          `Configuration devart.gateway.upstreams: the fallback of '${seen.at(-1)}' is '${next}', which is not there`,
        );
      }
      seen.push(next);
      if (seen.indexOf(next) < seen.length - 1) {
        throw new InputError(
          `Configuration devart.gateway.upstreams: the fallbacks ${seen.join(' -> ')} lead back`,
        );
      }
      if (seen.length > 6) {
        throw new InputError(
          `Configuration devart.gateway.upstreams: the fallbacks ${seen.join(' -> ')} are more than five`,
        );
      }
      next = target.fallback?.upstream;
    }
  }
}

/**
 * Reads what is configured of the model gateway.
 *
 * @throws InputError naming the key and what is accepted.
 */
export function readGatewayConfig(config: Config): GatewayConfig {
  const sections =
    config.getOptionalConfigArray('devart.gateway.upstreams') ?? [];
  const upstreams = sections.map((section, index) =>
    readUpstream(section, `devart.gateway.upstreams[${index}]`),
  );
  const ids = upstreams.map(({ settings }) => settings.id);
  const repeated = ids.find((id, index) => ids.indexOf(id) < index);
  if (repeated) {
    throw new InputError(
      `Configuration devart.gateway.upstreams repeats '${repeated}'`,
    );
  }
  checkFallbacks(upstreams);
  const number = (key: string, fallback: number, min: number, max: number) =>
    numberIn(config, `devart.gateway.${key}`, { default: fallback, min, max });
  return {
    upstreams,
    maxBodyBytes: number(
      'maxBodyBytes',
      20 * 1024 * 1024,
      1024,
      256 * 1024 * 1024,
    ),
    concurrentPerKey: number('limits.concurrentPerKey', 32, 1, 100_000),
    callsPerMinutePerKey: number(
      'limits.callsPerMinutePerKey',
      600,
      1,
      100_000_000,
    ),
    defaultMaxOutputTokens: number(
      'defaultMaxOutputTokens',
      16_384,
      16,
      10_000_000,
    ),
    retries: number('retries', 2, 0, 10),
    discoverySeconds: number('discoverySeconds', 300, 1, 86_400),
    recording: config.getOptionalBoolean('devart.gateway.recording.enabled')
      ? {
          days: number('recording.days', 7, 1, 3650),
          maxBytes: number('recording.maxBytes', 65_536, 256, 10 * 1024 * 1024),
        }
      : undefined,
  };
}
