import type { LoggerService } from '@backstage/backend-plugin-api';
import { ServiceUnavailableError } from '@backstage/errors';
import type {
  CapabilitySet,
  ReadyTask,
  TaskTransport,
  TaskTransportHost,
  TaskTransportStatus,
} from '@devart/plugin-devart-node';
import {
  connect,
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  type ConsumeMessage,
  type RecoveringChannelModel,
} from 'amqplib';
import type { RabbitmqSettings } from '../config/readRabbitmqSettings';
import { Topology } from './Topology';

/** Messages that are published before their confirmations are awaited. */
const CONFIRM_WINDOW = 500;
/** A broker that confirms nothing for this long is taken for lost. */
const CONFIRM_MS = 30_000;
const HEARTBEAT_SECONDS = 10;

/** What a connection gives. */
interface Link {
  /** Publishes, with confirmations. */
  publishing: ConfirmChannel;
  /** Declares queues and asks for their depths; an error there must not cost a confirmation. */
  declaring: Channel;
  /** Queues that are known to be there, by name. */
  declared: Set<string>;
}

/**
 * Publishes word of tasks to RabbitMQ.
 *
 * Modes: stopped; away (no connection; amqplib tries again with growing, random
 * delays, for ever); connected. `publish` and `depths` work when connected alone.
 */
export class RabbitmqTransport implements TaskTransport {
  readonly id = 'rabbitmq';
  readonly #settings: RabbitmqSettings;
  readonly #logger: LoggerService;
  readonly #topology: Topology;
  #host: TaskTransportHost | undefined;
  #connection: RecoveringChannelModel | undefined;
  #link: Link | undefined;
  #problem = 'not connected yet';
  /** Publishing takes turns: a window of confirmations is the whole channel's. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: { settings: RabbitmqSettings; logger: LoggerService }) {
    this.#settings = options.settings;
    this.#logger = options.logger;
    this.#topology = new Topology(options.settings);
  }

  async start(host: TaskTransportHost): Promise<void> {
    this.#host = host;
    const address = new URL(this.#settings.url);
    if (!address.searchParams.has('heartbeat')) {
      address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
    }
    const connection = await connect(address.toString(), {
      timeout: 10_000,
      clientProperties: { connection_name: 'devart control plane' },
      recovery: {
        initialDelay: 200,
        maxDelay: 15_000,
        jitter: 0.5,
        waitForConnect: false,
        setup: (model: ChannelModel) => this.#onConnected(model),
      },
    });
    connection.on('connect-failed', error => this.#onAway(error));
    connection.on('disconnect', error => this.#onAway(error));
    connection.on('error', error => this.#onAway(error));
    connection.on('blocked', reason => this.#onAway(new Error(reason)));
    this.#connection = connection;
  }

  async stop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#link = undefined;
    // What is not confirmed by now is published again by another replica.
    await connection?.close().catch(() => undefined);
  }

  status(): TaskTransportStatus {
    return this.#link
      ? { state: 'connected' }
      : { state: 'away', detail: this.#problem };
  }

  address(): string {
    return this.#settings.agentUrl;
  }

  queueOf(set: CapabilitySet): string {
    return this.#topology.queueOf(set);
  }

  async depths(sets: readonly CapabilitySet[]): Promise<number[]> {
    const link = this.#requireLink();
    const depths: number[] = [];
    for (const set of sets) {
      depths.push(await this.#topology.declareQueue(link.declaring, set));
      link.declared.add(this.queueOf(set));
    }
    return depths;
  }

  async publish(tasks: readonly ReadyTask[]): Promise<void> {
    const mine = this.#turn.then(() => this.#publishInWindows(tasks));
    this.#turn = mine.catch(() => undefined);
    await mine;
  }

  async #publishInWindows(tasks: readonly ReadyTask[]): Promise<void> {
    for (let at = 0; at < tasks.length; at += CONFIRM_WINDOW) {
      await this.#publishWindow(tasks.slice(at, at + CONFIRM_WINDOW));
    }
  }

  async #publishWindow(tasks: readonly ReadyTask[]): Promise<void> {
    const link = this.#requireLink();
    const returned: string[] = [];
    // A message that no queue takes comes back ahead of its confirmation.
    const onReturn = (message: { fields: { routingKey?: string } }) =>
      returned.push(message.fields.routingKey ?? '');
    link.publishing.on('return', onReturn);
    try {
      for (const task of tasks) {
        await this.#send(link, task);
      }
      await confirmed(link.publishing);
    } finally {
      link.publishing.removeListener('return', onReturn);
    }
    if (returned.length > 0) {
      // Their queue has expired; the reconciler publishes them again.
      returned.forEach(queue => link.declared.delete(queue));
      throw new ServiceUnavailableError(
        `${returned.length} messages found no queue`,
      );
    }
  }

  async #send(link: Link, task: ReadyTask): Promise<void> {
    const queue = this.queueOf(task.set);
    if (!link.declared.has(queue)) {
      await this.#topology.declareQueue(link.declaring, task.set);
      link.declared.add(queue);
    }
    link.publishing.publish(
      this.#topology.exchange,
      queue,
      Buffer.from(
        JSON.stringify({
          taskId: task.id,
          attempt: task.attempt,
          organizationId: task.set.organizationId,
        }),
      ),
      {
        persistent: true,
        mandatory: true,
        contentType: 'application/json',
        type: 'task.ready',
        messageId: `${task.id}:${task.attempt}`,
        headers: task.traceparent ? { traceparent: task.traceparent } : {},
      },
    );
  }

  async #onConnected(model: ChannelModel): Promise<void> {
    const declaring = await model.createChannel();
    const publishing = await model.createConfirmChannel();
    for (const channel of [declaring, publishing]) {
      channel.on('error', error => this.#onAway(error));
      // A channel without the other is of no use: a new connection makes both.
      channel.on('close', () => {
        if (this.#link?.declaring === declaring) {
          this.#link = undefined;
          model.close().catch(() => undefined);
        }
      });
    }
    await this.#topology.declare(declaring);
    await this.#listenToDeadLetters(model);
    this.#link = { declaring, publishing, declared: new Set() };
    this.#logger.info(`Connected to RabbitMQ at ${this.#settings.agentUrl}`);
    this.#host?.onConnected();
  }

  async #listenToDeadLetters(model: ChannelModel): Promise<void> {
    const channel = await model.createChannel();
    channel.on('error', error => this.#onAway(error));
    await channel.prefetch(10);
    await channel.consume(this.#topology.dead, message => {
      if (message) {
        this.#onDeadLetter(channel, message).catch(error => {
          // Comes again with the next connection.
          this.#logger.debug(
            `A dead letter could not be written down: ${error.message}`,
          );
        });
      }
    });
  }

  async #onDeadLetter(
    channel: Channel,
    message: ConsumeMessage,
  ): Promise<void> {
    const letter = readLetter(message);
    if (letter) {
      await this.#host?.onDeadLetter({
        ...letter,
        reason: reasonOf(message),
      });
      this.#logger.warn(
        `RabbitMQ gave up a message for task ${letter.taskId}: ${reasonOf(message)}`,
      );
    } else {
      this.#logger.warn(
        'RabbitMQ gave up a message that is not of the control plane',
      );
    }
    channel.ack(message);
  }

  #onAway(error: Error | undefined): void {
    const wasConnected = this.#link !== undefined;
    this.#link = undefined;
    const problem = this.#withoutSecrets(error?.message ?? 'closed');
    // An outage says the same every few seconds; once is enough.
    if (this.#connection && (wasConnected || problem !== this.#problem)) {
      this.#logger.warn(
        `RabbitMQ at ${this.#settings.agentUrl} is away, agents have their tasks from here: ${problem}`,
      );
    }
    this.#problem = problem;
  }

  #withoutSecrets(message: string): string {
    const { password, username } = new URL(this.#settings.url);
    return [password, decodeURIComponent(password), `${username}:`]
      .filter(secret => secret.length > 1)
      .reduce((text, secret) => text.replaceAll(secret, '…'), message);
  }

  #requireLink(): Link {
    if (!this.#link) {
      throw new ServiceUnavailableError(`RabbitMQ is away: ${this.#problem}`);
    }
    return this.#link;
  }
}

/** Waits until the broker has everything that was published, for good. */
async function confirmed(channel: ConfirmChannel): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new ServiceUnavailableError(
            `RabbitMQ confirmed nothing for ${CONFIRM_MS / 1000} s`,
          ),
        ),
      CONFIRM_MS,
    );
  });
  try {
    await Promise.race([channel.waitForConfirms(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function readLetter(
  message: ConsumeMessage,
): { organizationId: string; taskId: string } | undefined {
  try {
    const { organizationId, taskId } = JSON.parse(message.content.toString());
    return UUID.test(organizationId) && UUID.test(taskId)
      ? { organizationId, taskId }
      : undefined;
  } catch {
    return undefined;
  }
}

const REASONS: Record<string, string> = {
  delivery_limit: 'it was handed out too often without an answer',
  expired: 'it waited too long',
  maxlen: 'the queue is full',
  rejected: 'an agent refused it',
};

function reasonOf(message: ConsumeMessage): string {
  const reason = String(
    message.properties.headers?.['x-first-death-reason'] ?? '',
  );
  return REASONS[reason] ?? 'for a reason that it does not tell';
}
