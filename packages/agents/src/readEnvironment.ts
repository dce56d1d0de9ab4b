import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { AgentOptions } from '@devart/agent-sdk';
import type { ModelSettings } from './code-review/model/ModelSettings';

type Environment = Record<string, string | undefined>;

/** What the environment says. */
export interface AgentEnvironment {
  agent: AgentOptions;
  /** A model that it calls past the portal. */
  model?: ModelSettings;
  /** The model of the portal that it calls. */
  gatewayModel?: string;
  /** Where throw-away folders are made. */
  workFolder: string;
}

/** What an agent is called and can do when it enrols itself. */
export interface AgentIdentity {
  name: string;
  description: string;
  capabilities: string[];
}

function checkedUrl(name: string, value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error(`${name} must be an http or https URL; it is '${value}'`);
  }
  return value.replace(/\/+$/, '');
}

function readRabbitmqUrl(value: string | undefined): string | undefined {
  if (!value) {
    return undefined;
  }
  // The value stays out of the message: it holds a password.
  if (!URL.canParse(value) || !/^amqps?:$/.test(new URL(value).protocol)) {
    throw new Error(
      'DEVART_RABBITMQ_URL must be like amqp://account:password@host:5672/vhost',
    );
  }
  return value;
}

function readConcurrency(value: string | undefined): number {
  const concurrency = Number(value || 1);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 64) {
    throw new Error(
      `DEVART_CONCURRENCY must be a whole number from 1 to 64; it is '${value}'`,
    );
  }
  return concurrency;
}

function readModel(environment: Environment): ModelSettings | undefined {
  const baseUrl = environment.DEVART_MODEL_BASE_URL;
  const model = environment.DEVART_MODEL;
  if (!baseUrl) {
    return undefined;
  }
  if (!model) {
    throw new Error(
      'DEVART_MODEL must name the model at DEVART_MODEL_BASE_URL',
    );
  }
  return {
    baseUrl: checkedUrl('DEVART_MODEL_BASE_URL', baseUrl),
    model,
    apiKey: environment.DEVART_MODEL_API_KEY || undefined,
  };
}

/**
 * Reads how an agent is to run from environment variables.
 *
 * @throws Error naming the variable and what is accepted
 */
export function readEnvironment(
  environment: Environment,
  identity: AgentIdentity,
): AgentEnvironment {
  const baseUrl = environment.DEVART_URL;
  if (!baseUrl) {
    throw new Error(
      'DEVART_URL must be the URL of the plugin, such as http://localhost:7007/api/devart',
    );
  }
  const key = environment.DEVART_AGENT_KEY || undefined;
  const token = environment.DEVART_ENROLMENT_TOKEN || undefined;
  const name = environment.DEVART_AGENT_NAME || identity.name;
  const keyFile =
    environment.DEVART_AGENT_KEY_FILE ||
    join(homedir(), '.config', 'devart', `${name}.key`);
  if (!key && !token && !environment.DEVART_AGENT_KEY_FILE) {
    throw new Error(
      'DEVART_AGENT_KEY must hold the key of the agent, or DEVART_ENROLMENT_TOKEN a token with which it registers itself',
    );
  }
  return {
    agent: {
      baseUrl: checkedUrl('DEVART_URL', baseUrl),
      concurrency: readConcurrency(environment.DEVART_CONCURRENCY),
      rabbitmqUrl: readRabbitmqUrl(environment.DEVART_RABBITMQ_URL),
      ...(key ? { key } : { enrolment: { ...identity, name, token, keyFile } }),
    },
    model: readModel(environment),
    gatewayModel: environment.DEVART_MODEL_BASE_URL
      ? undefined
      : environment.DEVART_MODEL || undefined,
    workFolder:
      environment.DEVART_WORK_FOLDER ||
      join(tmpdir(), `devart-agents-${userInfo().uid}`),
  };
}
