import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/** How RabbitMQ is reached, and what things are called there. */
export interface RabbitmqSettings {
  /** With account and password; never to be logged. */
  url: string;
  /** What agents are told: no account, no password. */
  agentUrl: string;
  prefix: string;
  queueExpiresMs: number;
}

function readUrl(key: string, value: string): URL {
  // The value itself stays out of the message: it may hold a password.
  if (!URL.canParse(value)) {
    throw new InputError(
      `Configuration ${key} is not a URL; it must be like amqp://user:password@host:5672/vhost`,
    );
  }
  const url = new URL(value);
  if (url.protocol !== 'amqp:' && url.protocol !== 'amqps:') {
    throw new InputError(
      `Configuration ${key} begins with ${url.protocol}//; it must begin with amqp:// or amqps://`,
    );
  }
  if (!url.hostname) {
    throw new InputError(`Configuration ${key} names no host`);
  }
  return url;
}

function withoutCredentials(url: URL): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  bare.search = '';
  return bare.toString();
}

/**
 * Reads `devart.rabbitmq`; undefined when it is not there.
 *
 * @throws InputError naming the key and what is accepted, without the value of a secret.
 */
export function readRabbitmqSettings(
  config: Config,
): RabbitmqSettings | undefined {
  const section = config.getOptionalConfig('devart.rabbitmq');
  // Without the variable of the environment that holds it, there is no broker.
  const value = section?.getOptionalString('url');
  if (!section || value === undefined) {
    if (section) {
      throw new InputError(
        'Configuration devart.rabbitmq.url is missing; leave the whole section out to do without RabbitMQ',
      );
    }
    return undefined;
  }
  const url = readUrl('devart.rabbitmq.url', value);
  const agentUrl = section.getOptionalString('agentUrl');
  const prefix = section.getOptionalString('prefix') ?? '';
  if (!/^[A-Za-z0-9._-]{0,60}$/.test(prefix)) {
    throw new InputError(
      `Configuration devart.rabbitmq.prefix is '${prefix}'; it may hold up to 60 letters, digits and . _ -`,
    );
  }
  const hours = section.getOptionalNumber('queueExpiresHours') ?? 168;
  if (!(hours > 0 && hours <= 24 * 365)) {
    throw new InputError(
      `Configuration devart.rabbitmq.queueExpiresHours is ${hours}; it must be more than 0 and at most ${24 * 365}`,
    );
  }
  return {
    url: url.toString(),
    agentUrl: withoutCredentials(
      agentUrl ? readUrl('devart.rabbitmq.agentUrl', agentUrl) : url,
    ),
    prefix,
    queueExpiresMs: Math.round(hours * 3_600_000),
  };
}
