import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { Database, ListenConnection } from '../database/Database';

const CHANNEL = 'devart_queue';
/** Rings of this long go to the other replicas as one. */
const COALESCE_MS = 10;
const RECONNECT_MS = 1000;

/**
 * Rings when tasks come into the queue, on every replica. A NOTIFY in each
 * transaction would halve the commits that many clients achieve, so that the
 * replica rings its own waiters at once and the others a moment later from a
 * connection of its own. A ring that is lost costs a waiter at most its poll.
 *
 * Modes: stopped; connected (listens, rings others); apart (no connection:
 * rings only here, tries again every second).
 */
export class QueueBell {
  readonly #database: Database;
  readonly #logger: LoggerService;
  readonly #listeners = new Set<() => void>();
  #connection: ListenConnection | undefined;
  #stopped = true;
  #reconnect: NodeJS.Timeout | undefined;
  #ringing: NodeJS.Timeout | undefined;

  constructor(options: { database: Database; logger: LoggerService }) {
    this.#database = options.database;
    this.#logger = options.logger;
  }

  async start(): Promise<void> {
    this.#stopped = false;
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#reconnect);
    clearTimeout(this.#ringing);
    this.#ringing = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection) {
      connection.removeAllListeners();
      connection.on('error', () => undefined);
      await connection.end().catch(() => undefined);
    }
    this.#ringHere();
  }

  /** Calls `listener` at the next rings; the answer ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something came into the queue. */
  ring(): void {
    this.#ringHere();
    this.#ringing ??= setTimeout(() => {
      this.#ringing = undefined;
      this.#connection?.query(`notify ${CHANNEL}`).catch(() => undefined);
    }, COALESCE_MS);
  }

  #ringHere(): void {
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }

  async #connect(): Promise<void> {
    if (this.#stopped) {
      return;
    }
    let connection: ListenConnection | undefined;
    try {
      connection = await this.#database.connection();
      const lost = (error?: Error) => {
        if (this.#connection === connection) {
          this.#logger.debug(
            `The queue bell lost its connection: ${error ? stringifyError(error) : 'closed'}`,
          );
          this.#connection = undefined;
          this.#retry();
        }
      };
      connection.on('error', lost);
      connection.on('end', lost);
      connection.on('notification', () => this.#ringHere());
      this.#connection = connection;
      await connection.query(`listen ${CHANNEL}`);
      if (this.#stopped) {
        await this.stop();
      }
    } catch (error) {
      this.#logger.debug(
        `The queue bell cannot connect: ${stringifyError(error)}`,
      );
      this.#connection = undefined;
      connection?.end().catch(() => undefined);
      this.#retry();
    }
  }

  #retry(): void {
    clearTimeout(this.#reconnect);
    if (!this.#stopped) {
      this.#reconnect = setTimeout(() => {
        this.#connect().catch(() => this.#retry());
      }, RECONNECT_MS);
    }
  }
}
