import type { DevartClient } from '@devart/plugin-devart-common';
import {
  connect,
  type Channel,
  type ChannelModel,
  type ConsumeMessage,
} from 'amqplib';
import type { AgentLogger } from './AgentLogger';
import { apiProblemOf, type ApiProblem } from './ApiProblem';
import { Backoff, type BackoffOptions } from './Backoff';
import { FeedLoop } from './FeedLoop';
import { pause } from './pause';
import type { TaskFeed, TaskFeedListener } from './TaskFeed';

const HEARTBEAT_SECONDS = 10;
const CONNECT_MS = 10_000;
/** Tasks that are claimed with one call. */
const MAX_CLAIM = 100;
/** How long an agent that holds as much as it may waits before it claims again. */
const FULL_PAUSE_MS = 1000;

/** What a broker needs. */
export interface BrokerFeedOptions {
  /** With account and password; never logged. */
  url: string;
  agentId: string;
  sessionId: string;
  hold: number;
  client: DevartClient;
  listener: TaskFeedListener;
  /** The most that the portal lets the agent hold. */
  maxConcurrent: number;
  /** How many tasks the agent holds. */
  held: () => number;
  logger: AgentLogger;
  backoff: BackoffOptions;
  /** How long to go without when the control plane knows no broker. */
  withoutMs: number;
}

/** A message that waits for its claim. */
interface Letter {
  taskId: string;
  message: ConsumeMessage;
  channel: Channel;
}

/** The control plane has no broker, or it is away. */
class NoBrokerError extends Error {
  override readonly name = 'NoBrokerError';
}

/**
 * Tasks of which RabbitMQ tells. A message is no more than an id: the task is
 * claimed from the control plane, and the message acknowledged when that has
 * answered, whatever it answered. So a message that comes twice, or for a task
 * that somebody else has by now, does no harm.
 */
export class BrokerFeed implements TaskFeed {
  readonly #options: BrokerFeedOptions;
  readonly #backoff: Backoff;
  readonly #claimBackoff: Backoff;
  #hold: number;
  readonly #loop: FeedLoop;
  #letters: Letter[] = [];
  #claiming: Promise<void> | undefined;

  constructor(options: BrokerFeedOptions) {
    this.#options = options;
    this.#hold = Math.min(options.hold, options.maxConcurrent);
    this.#backoff = new Backoff(options.backoff);
    this.#claimBackoff = new Backoff(options.backoff);
    this.#loop = new FeedLoop({
      use: end => this.#use(end),
      onChange: () => options.listener.onChange(),
    });
  }

  get mode(): TaskFeed['mode'] {
    return this.#loop.mode;
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async setHold(hold: number): Promise<void> {
    this.#hold = Math.min(hold, this.#options.maxConcurrent);
    this.onRoom();
  }

  onRoom(): void {
    this.#claiming ??= this.#claimWaiting(this.#loop.end).finally(() => {
      this.#claiming = undefined;
    });
  }

  async #use(end: AbortSignal): Promise<number> {
    try {
      await this.#consume(end);
      return this.#backoff.next();
    } catch (error) {
      return this.#onBroken(error);
    }
  }

  /** Consumes over one connection until it breaks or the feed ends. */
  async #consume(end: AbortSignal): Promise<void> {
    const { url } = this.#options;
    const first = await this.#queues();
    const address = new URL(url);
    if (!address.searchParams.has('heartbeat')) {
      address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
    }
    const connection = await connect(address.toString(), {
      timeout: CONNECT_MS,
      clientProperties: { connection_name: 'devart agent' },
    });
    const over = new AbortController();
    const lost = (error?: Error) =>
      over.abort(error ?? new Error('the connection was closed'));
    connection.on('error', lost);
    connection.on('close', lost);
    try {
      const consumed = new Set<string>();
      await this.#consumeQueues(connection, first.queues, consumed);
      this.#backoff.reset();
      this.#loop.opened(end);
      const signal = AbortSignal.any([end, over.signal]);
      let { refreshMs } = first;
      for (;;) {
        await pause(refreshMs, signal);
        if (signal.aborted) {
          break;
        }
        const next = await this.#queues();
        refreshMs = next.refreshMs;
        await this.#consumeQueues(connection, next.queues, consumed);
      }
      if (!end.aborted) {
        throw over.signal.reason;
      }
    } finally {
      // What is not acknowledged goes back to the queue with the connection.
      this.#letters = [];
      await this.#claiming;
      this.#letters = [];
      connection.removeListener('close', lost);
      await connection.close().catch(() => undefined);
    }
  }

  async #queues(): Promise<{ queues: string[]; refreshMs: number }> {
    const { agentId, client } = this.#options;
    const { transports, refreshSeconds } = await client.agents.transport({
      id: agentId,
    });
    const broker = transports.find(({ id }) => id === 'rabbitmq');
    if (!broker) {
      throw new NoBrokerError(
        'the control plane has no connection to RabbitMQ',
      );
    }
    return { queues: broker.queues, refreshMs: refreshSeconds * 1000 };
  }

  /** Each queue over a channel of its own: one that has expired closes no other. */
  async #consumeQueues(
    connection: ChannelModel,
    queues: readonly string[],
    consumed: Set<string>,
  ): Promise<void> {
    for (const queue of queues) {
      if (consumed.has(queue)) {
        continue;
      }
      const channel = await connection.createChannel();
      channel.on('error', error =>
        this.#options.logger.debug(`Queue ${queue}: ${error.message}`),
      );
      const forget = () => consumed.delete(queue);
      channel.on('close', forget);
      consumed.add(queue);
      await channel.prefetch(Math.min(this.#hold * 2, 1000));
      await channel.consume(queue, message => {
        if (message) {
          this.#onMessage(channel, message);
        } else {
          // The queue is gone; should it come back, so does the consumer.
          forget();
          channel.close().catch(() => undefined);
        }
      });
    }
  }

  #onMessage(channel: Channel, message: ConsumeMessage): void {
    const taskId = readTaskId(message);
    if (taskId === undefined) {
      channel.reject(message, false);
      return;
    }
    this.#letters.push({ taskId, message, channel });
    this.onRoom();
  }

  /** Claims the tasks of messages, as many as there is room for, until there are none. */
  async #claimWaiting(end: AbortSignal): Promise<void> {
    // Messages that have come together are claimed together.
    await undefined;
    while (!end.aborted) {
      const room = this.#hold - this.#options.held();
      const batch = this.#letters.splice(
        0,
        Math.max(0, Math.min(room, MAX_CLAIM)),
      );
      if (batch.length === 0) {
        return;
      }
      const pauseMs = await this.#claim(batch);
      if (pauseMs > 0) {
        await pause(pauseMs, end);
      }
    }
  }

  /** Answers after how long to claim again. */
  async #claim(batch: readonly Letter[]): Promise<number> {
    const { agentId, sessionId, client, listener } = this.#options;
    try {
      const claimed = await client.agents.claim({
        id: agentId,
        sessionId,
        taskIds: batch.map(({ taskId }) => taskId),
      });
      const tasks = claimed?.tasks ?? [];
      listener.onTasks(tasks);
      this.#claimBackoff.reset();
      const isMissing = ({ taskId }: Letter) =>
        !tasks.some(({ id }) => id === taskId);
      const leftOver = claimed?.full ? batch.filter(isMissing) : [];
      batch.filter(letter => !leftOver.includes(letter)).forEach(acknowledge);
      this.#keep(leftOver);
      return leftOver.length > 0 ? FULL_PAUSE_MS : 0;
    } catch (error) {
      const problem = apiProblemOf(error);
      this.#keep(batch);
      if (problem.kind === 'refused') {
        listener.onRefused(problem);
      }
      return this.#claimBackoff.next(problem.retryAfterMs);
    }
  }

  /**
   * Messages stay with the agent until there is an answer: each that goes back
   * to its queue comes nearer to being given up by the broker.
   */
  #keep(letters: readonly Letter[]): void {
    this.#letters.unshift(...letters);
  }

  #onBroken(error: unknown): number {
    const { listener, logger, withoutMs } = this.#options;
    if (error instanceof NoBrokerError) {
      logger.debug(`Does without RabbitMQ: ${error.message}`);
      return withoutMs / 2 + this.#backoff.next();
    }
    const problem: ApiProblem = apiProblemOf(error);
    if (problem.kind === 'refused') {
      listener.onRefused(problem);
    } else if (problem.kind === 'gone') {
      return withoutMs / 2 + this.#backoff.next();
    }
    logger.debug(`RabbitMQ: ${this.#withoutSecrets(problem.message)}`);
    return this.#backoff.next(problem.retryAfterMs);
  }

  #withoutSecrets(message: string): string {
    const { password } = new URL(this.#options.url);
    return password
      ? message
          .replaceAll(password, '…')
          .replaceAll(decodeURIComponent(password), '…')
      : message;
  }
}

/** The connection may have gone; then the message has gone back to its queue. */
function acknowledge({ channel, message }: Letter): void {
  try {
    channel.ack(message);
  } catch {
    // A channel that is closed refuses it.
  }
}

function readTaskId(message: ConsumeMessage): string | undefined {
  try {
    const { taskId } = JSON.parse(message.content.toString());
    return typeof taskId === 'string' ? taskId : undefined;
  } catch {
    return undefined;
  }
}
