import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  capabilitySchema,
  DEFAULT_ORGANIZATION,
  TASK_PRIORITIES,
  taskPrioritySchema,
  type TaskPriority,
} from '@devart/plugin-devart-common';
import { RoleMapping } from '@devart/plugin-devart-node';
import { isAbsolute, resolve } from 'node:path';
import { readServices, type ConfiguredService } from './readServices';
import { readGatewayConfig, type GatewayConfig } from './GatewayConfig';
import { numberIn } from './numberIn';

/** From when on a part of the queue is worth an alert; never, where a number is missing. */
export interface QueueThresholds {
  depth?: number;
  oldestSeconds?: number;
}

/** An organisation as configured. */
export interface ConfiguredOrganization {
  name: string;
  title: string;
  members: string[];
  /** ISO 4217. */
  currency: string;
  /** What a US dollar is in it, for published prices; 1 for US dollars, unknown unless configured for others. */
  perUsd?: number;
  /** Where its days, weeks and months begin. */
  timeZone: string;
}

/** An agent that is there from the start. */
export interface ProvisionedAgent {
  name: string;
  description: string;
  owner?: string;
  capabilities: string[];
  maxConcurrent: number;
  key: string;
}

/** Everything that `devart` in the configuration says, checked, with defaults. */
export interface DevartConfig {
  organizations: ConfiguredOrganization[];
  /** Services of the first organisation; each stands behind its fallback. */
  services: ConfiguredService[];
  roles: RoleMapping;
  rateLimits: { anonymousPerMinute: number; callerPerMinute: number };
  leaseSeconds: number;
  provisionedAgents: ProvisionedAgent[];
  ageingSeconds: number;
  retry: { baseSeconds: number; maxSeconds: number };
  /** From when on the queue of some capabilities is worth an alert. */
  queueThresholdsOf: (capabilities: readonly string[]) => QueueThresholds;
  /** How many tasks of an organisation that ask for a capability may run at once. */
  capabilityLimits: readonly { capability: string; most: number }[];
  /** Absolute paths. */
  localFolders: string[];
  maxAnnotations: number;
  /** Priorities of reviews by the labels of their pull requests, in lower case. */
  priorityByLabel: ReadonlyMap<string, TaskPriority>;
  activityDays: number;
  /** For how long runs of workflows are kept after their end. */
  runDays: number;
  /** A loop that has not succeeded for this long makes the backend unready. */
  staleSeconds: number;
  /** Where people open the portal, without a slash at the end. */
  portalUrl: string;
  workflows: {
    /** `host`, `host:port` or `*.domain`, in lower case. */
    allowedHosts: string[];
    /** A replica that is silent for this long loses the steps in its hands. */
    leaseSeconds: number;
  };
  /** What the keys are derived from with which secrets are kept; the first one seals. */
  secretKeys: string[];
  gateway: GatewayConfig;
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

type ConfiguredMoney = Pick<
  ConfiguredOrganization,
  'currency' | 'perUsd' | 'timeZone'
>;

/** Reads `currency`, `perUsd` and `timeZone`; what is not given is as in `otherwise`. */
function readMoney(
  config: Config | undefined,
  at: string,
  otherwise: ConfiguredMoney,
): ConfiguredMoney {
  const currency = config?.getOptionalString('currency') ?? otherwise.currency;
  if (!CURRENCIES.has(currency)) {
    throw new InputError(
      `Configuration ${at}.currency is '${currency}'; it must be a currency of ISO 4217 such as EUR`,
    );
  }
  const timeZone = config?.getOptionalString('timeZone') ?? otherwise.timeZone;
  if (!isTimeZone(timeZone)) {
    throw new InputError(
      `Configuration ${at}.timeZone is '${timeZone}'; it must be a name of the IANA database such as Europe/Berlin`,
    );
  }
  if (currency === 'USD') {
    return { currency, timeZone, perUsd: 1 };
  }
  const perUsd = config?.has('perUsd')
    ? numberIn(config, 'perUsd', { default: 1, min: 1e-6, max: 1e9 })
    : undefined;
  const inherited =
    currency === otherwise.currency ? otherwise.perUsd : undefined;
  return { currency, timeZone, perUsd: perUsd ?? inherited };
}

function readOrganizations(config: Config): ConfiguredOrganization[] {
  const money = readMoney(
    config.getOptionalConfig('devart.money'),
    'devart.money',
    { currency: 'USD', perUsd: 1, timeZone: 'UTC' },
  );
  const sections = config.getOptionalConfigArray('devart.organizations');
  if (!sections || sections.length === 0) {
    const title =
      config.getOptionalString('organization.name') ?? DEFAULT_ORGANIZATION;
    return [{ name: DEFAULT_ORGANIZATION, title, members: [], ...money }];
  }
  const names = new Set<string>();
  return sections.map((section, index) => {
    const name = section.getString('name');
    const key = `devart.organizations[${index}].name`;
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
      throw new InputError(
        `Configuration ${key} is '${name}'; it must hold only lower-case letters, digits and dashes`,
      );
    }
    if (names.has(name)) {
      throw new InputError(`Configuration ${key} repeats '${name}'`);
    }
    names.add(name);
    return {
      name,
      title: section.getOptionalString('title') ?? name,
      members: (section.getOptionalStringArray('members') ?? []).map(ref =>
        ref.toLowerCase(),
      ),
      ...readMoney(section, `devart.organizations[${index}]`, money),
    };
  });
}

function readProvisionedAgents(config: Config): ProvisionedAgent[] {
  const sections =
    config.getOptionalConfigArray('devart.agents.provisioned') ?? [];
  return sections.flatMap((section, index) => {
    const at = `devart.agents.provisioned[${index}]`;
    const key = section.getOptionalString('key');
    if (key === undefined) {
      return [];
    }
    if (!/^dvk_[A-Za-z0-9_-]{32,200}$/.test(key)) {
      throw new InputError(
        `Configuration ${at}.key must be dvk_ followed by at least 32 letters, digits, dashes or underscores`,
      );
    }
    const name = section.getString('name');
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(name)) {
      throw new InputError(
        `Configuration ${at}.name is '${name}'; it must start and end with a letter or digit and hold only letters, digits and . _ -`,
      );
    }
    const capabilities = section.getStringArray('capabilities').map(value => {
      const parsed = capabilitySchema.safeParse(value);
      if (!parsed.success) {
        throw new InputError(
          `Configuration ${at}.capabilities holds '${value}', which ${parsed.error.issues[0].message}`,
        );
      }
      return parsed.data;
    });
    return {
      name,
      description: section.getOptionalString('description') ?? '',
      owner: section.getOptionalString('owner'),
      capabilities: [...new Set(capabilities)].sort(),
      maxConcurrent: numberIn(section, 'maxConcurrent', {
        default: 1,
        min: 1,
        max: 1000,
      }),
      key,
    };
  });
}

function readPriorityByLabel(config: Config): Map<string, TaskPriority> {
  const section = config.getOptionalConfig('devart.reviews.priorityByLabel');
  return new Map(
    (section?.keys() ?? []).map(label => {
      const parsed = taskPrioritySchema.safeParse(section!.getString(label));
      if (!parsed.success) {
        throw new InputError(
          `Configuration devart.reviews.priorityByLabel.${label} must be one of ${TASK_PRIORITIES.join(', ')}`,
        );
      }
      return [label.toLowerCase(), parsed.data];
    }),
  );
}

function thresholdsIn(config: Config | undefined): QueueThresholds {
  const read = (key: 'depth' | 'oldestSeconds') =>
    config?.has(key)
      ? numberIn(config, key, { default: 0, min: 1, max: 1e9 })
      : undefined;
  return { depth: read('depth'), oldestSeconds: read('oldestSeconds') };
}

/** Of several capabilities with numbers of their own, the smallest count. */
function readQueueThresholds(
  config: Config,
): DevartConfig['queueThresholdsOf'] {
  const section = config.getOptionalConfig('devart.tasks.alerts');
  const general = thresholdsIn(section);
  const special = section?.getOptionalConfig('capabilities');
  const own = new Map(
    (special?.keys() ?? []).map(capability => [
      capability.toLowerCase(),
      thresholdsIn(special!.getConfig(capability)),
    ]),
  );
  const smallest = (values: (number | undefined)[], otherwise?: number) => {
    const known = values.filter(value => value !== undefined);
    return known.length > 0 ? Math.min(...known) : otherwise;
  };
  return capabilities => {
    const found = capabilities.flatMap(name => own.get(name) ?? []);
    return {
      depth: smallest(
        found.map(({ depth }) => depth),
        general.depth,
      ),
      oldestSeconds: smallest(
        found.map(({ oldestSeconds }) => oldestSeconds),
        general.oldestSeconds,
      ),
    };
  };
}

function readCapabilityLimits(
  config: Config,
): DevartConfig['capabilityLimits'] {
  const key = 'devart.tasks.concurrency';
  const section = config.getOptionalConfig(key);
  return (section?.keys() ?? []).map(name => {
    const parsed = capabilitySchema.safeParse(name);
    if (!parsed.success) {
      throw new InputError(
        `Configuration ${key} names '${name}', which ${parsed.error.issues[0].message}`,
      );
    }
    const most = section!.getNumber(name);
    if (!Number.isInteger(most) || most < 0) {
      throw new InputError(
        `Configuration ${key}.${name} is ${most}; it must be a whole number from 0`,
      );
    }
    return { capability: parsed.data, most };
  });
}

function readAllowedHosts(config: Config): string[] {
  const key = 'devart.workflows.http.allowedHosts';
  return (config.getOptionalStringArray(key) ?? []).map(host => {
    if (!/^(?:\*\.)?(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/i.test(host)) {
      throw new InputError(
        `Configuration ${key} holds '${host}'; accepted are host, host:port and *.domain`,
      );
    }
    return host.toLowerCase();
  });
}

/** The secret of devart, and those of the backend, which every replica shares too. */
function readSecretKeys(config: Config): string[] {
  const own = config.getOptionalString('devart.secretKey');
  if (own !== undefined && own.length < 24) {
    throw new InputError(
      'Configuration devart.secretKey must have at least 24 characters',
    );
  }
  const ofBackend = (
    config.getOptionalConfigArray('backend.auth.keys') ?? []
  ).map(key => key.getString('secret'));
  return own === undefined ? ofBackend : [own, ...ofBackend];
}

/**
 * Reads the configuration of devart.
 *
 * @throws InputError naming the key and what is accepted.
 */
export function readDevartConfig(config: Config): DevartConfig {
  return {
    organizations: readOrganizations(config),
    services: readServices(config),
    roles: RoleMapping.fromConfig(config),
    rateLimits: {
      anonymousPerMinute: numberIn(
        config,
        'devart.rateLimits.anonymousPerMinute',
        { default: 60, min: 1, max: 1_000_000 },
      ),
      callerPerMinute: numberIn(config, 'devart.rateLimits.callerPerMinute', {
        default: 6000,
        min: 1,
        max: 100_000_000,
      }),
    },
    leaseSeconds: numberIn(config, 'devart.agents.leaseSeconds', {
      default: 30,
      min: 1,
      max: 3600,
    }),
    provisionedAgents: readProvisionedAgents(config),
    ageingSeconds: numberIn(config, 'devart.tasks.ageingSeconds', {
      default: 900,
      min: 1,
      max: 30 * 24 * 3600,
    }),
    retry: {
      baseSeconds: numberIn(config, 'devart.tasks.retry.baseSeconds', {
        default: 2,
        min: 0.01,
        max: 3600,
      }),
      maxSeconds: numberIn(config, 'devart.tasks.retry.maxSeconds', {
        default: 900,
        min: 0.01,
        max: 7 * 24 * 3600,
      }),
    },
    queueThresholdsOf: readQueueThresholds(config),
    capabilityLimits: readCapabilityLimits(config),
    localFolders: (
      config.getOptionalStringArray('devart.reviews.localFolders') ?? []
    ).map(folder => (isAbsolute(folder) ? folder : resolve(folder))),
    maxAnnotations: numberIn(config, 'devart.reviews.maxAnnotations', {
      default: 50,
      min: 0,
      max: 500,
    }),
    priorityByLabel: readPriorityByLabel(config),
    activityDays: numberIn(config, 'devart.retention.activityDays', {
      default: 30,
      min: 1,
      max: 3650,
    }),
    runDays: numberIn(config, 'devart.retention.runDays', {
      default: 180,
      min: 1,
      max: 36_500,
    }),
    staleSeconds: numberIn(config, 'devart.readiness.staleSeconds', {
      default: 15,
      min: 1,
      max: 3600,
    }),
    portalUrl: config.getString('app.baseUrl').replace(/\/$/, ''),
    workflows: {
      allowedHosts: readAllowedHosts(config),
      leaseSeconds: numberIn(config, 'devart.workflows.leaseSeconds', {
        default: 15,
        min: 1,
        max: 3600,
      }),
    },
    secretKeys: readSecretKeys(config),
    gateway: readGatewayConfig(config),
  };
}
