import type { AgentLogger } from './AgentLogger';

/**
 * How an agent gets a key of its own.
 *
 * @public
 */
export interface Enrolment {
  /** The enrolment token that a supervisor made. Needed until the key file is there. */
  token?: string;
  /** The name under which the agent appears. */
  name: string;
  /** What it can do; it gets the tasks that ask for no more. */
  capabilities: string[];
  description?: string;
  /** How many tasks it works on at once at most; the agent's `concurrency` unless given. */
  maxConcurrent?: number;
  /** Where the key is kept, readable for the owner alone. */
  keyFile: string;
}

/**
 * Delays between tries, in milliseconds.
 *
 * @public
 */
export interface RetryOptions {
  /** Upper bound of the first delay of an outage; doubles with each further one. 500. */
  baseMs?: number;
  /** Upper bound of all delays of an outage. 15 seconds. */
  maxMs?: number;
  /** How long an agent that may not work waits before it asks again. 5 seconds. */
  refusedMs?: number;
  /** The longest of these waits while the key is refused. 1 minute. */
  refusedMaxMs?: number;
  /** How long an agent that cannot have a stream asks for tasks before it tries again; doubles each time. 1 minute. */
  withoutStreamMs?: number;
}

/**
 * How an agent is set up: with `key`, or with `enrolment`.
 *
 * @public
 */
export interface AgentOptions {
  /** URL of the portal's plugin, such as `http://localhost:7007/api/devart`. */
  baseUrl: string;
  /** The key that registering the agent has shown. */
  key?: string;
  /** How the agent registers itself. */
  enrolment?: Enrolment;
  /** How many tasks it works on at once; 1 unless given. */
  concurrency?: number;
  /** What it is built with, for people; the SDK and Node.js unless given. */
  software?: string;
  /** Where it says how it is doing; the console unless given. */
  logger?: AgentLogger;
  /** Whether tasks may come over a stream of events; without, the agent asks for them. True unless given. */
  stream?: boolean;
  /**
   * URL of RabbitMQ with account and password, such as
   * `amqp://agent:password@rabbitmq.example.com/`. With it the agent hears of
   * tasks from the broker, and without the broker as other agents do.
   */
  rabbitmqUrl?: string;
  /**
   * How many further tasks wait at the agent, so that the next begins as soon as
   * a handler ends; only while tasks take less than a second on average, and as
   * far as the agent's `maxConcurrent` in the portal allows. 2.
   */
  prefetch?: number;
  fetch?: typeof fetch;
  retry?: RetryOptions;
  /** The longest a call may take. 30 seconds. */
  requestTimeoutMs?: number;
  /** How long one call for tasks waits, at most 30. 25. */
  claimWaitSeconds?: number;
  /** How long a log line waits for others. 1 second. */
  logFlushMs?: number;
  /** The shortest time between two reports of progress. Half a second. */
  progressIntervalMs?: number;
}
