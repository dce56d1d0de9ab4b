import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { Database, ListenConnection } from './Database';

/** Messages of this long go to the replicas together. */
const COALESCE_MS = 10;
const RECONNECT_MS = 1000;
/** PostgreSQL takes less than 8000 bytes. */
const MAX_PAYLOAD_BYTES = 7500;

/**
 * Tells all replicas something, this one included, over LISTEN and NOTIFY on a
 * connection of its own. Messages are gathered for a moment, equal ones go
 * once. Whoever listens must be able to do without: what is said while there
 * is no connection is lost.
 *
 * Modes: stopped; connected; apart (no connection, tries again every second).
 */
export class NotifyChannel {
  readonly #name: string;
  readonly #database: Database;
  readonly #logger: LoggerService;
  readonly #onMessage: (message: string) => void;
  readonly #gathered = new Set<string>();
  #connection: ListenConnection | undefined;
  #stopped = true;
  #reconnect: NodeJS.Timeout | undefined;
  #sending: NodeJS.Timeout | undefined;

  /** @param options - `name`: an identifier; `onMessage`: hears every message of every replica */
  constructor(options: {
    name: string;
    database: Database;
    logger: LoggerService;
    onMessage: (message: string) => void;
  }) {
    this.#name = options.name;
    this.#database = options.database;
    this.#logger = options.logger;
    this.#onMessage = options.onMessage;
  }

  async start(): Promise<void> {
    this.#stopped = false;
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#reconnect);
    clearTimeout(this.#sending);
    this.#sending = undefined;
    await this.#drop();
  }

  /** @param message - without line breaks; short */
  send(message: string): void {
    this.#gathered.add(message);
    if (!this.#stopped) {
      this.#sending ??= setTimeout(() => {
        // Without a connection the messages are lost, as they would be on their way.
        this.#flush()
          .catch(() => undefined)
          .finally(() => {
            this.#sending = undefined;
            if (this.#gathered.size > 0) {
              this.send(this.#gathered.values().next().value!);
            }
          });
      }, COALESCE_MS);
    }
  }

  async #flush(): Promise<void> {
    const messages = [...this.#gathered];
    this.#gathered.clear();
    while (messages.length > 0) {
      let payload = messages.shift()!;
      while (
        messages.length > 0 &&
        payload.length + messages[0].length < MAX_PAYLOAD_BYTES
      ) {
        payload += `\n${messages.shift()}`;
      }
      await this.#connection?.query('select pg_notify($1, $2)', [
        this.#name,
        payload,
      ]);
    }
  }

  async #connect(): Promise<void> {
    let connection: ListenConnection | undefined;
    try {
      connection = await this.#database.connection();
      const lost = () => {
        if (this.#connection === connection) {
          this.#connection = undefined;
          this.#retry();
        }
      };
      connection.on('error', lost);
      connection.on('end', lost);
      connection.on('notification', ({ payload = '' }) => {
        for (const message of payload.split('\n')) {
          this.#onMessage(message);
        }
      });
      this.#connection = connection;
      await connection.query(`listen ${this.#name}`);
      if (this.#stopped) {
        await this.#drop();
      }
    } catch (error) {
      this.#logger.debug(
        `Cannot listen on ${this.#name}: ${stringifyError(error)}`,
      );
      this.#connection = undefined;
      connection?.end().catch(() => undefined);
      this.#retry();
    }
  }

  async #drop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection) {
      connection.removeAllListeners();
      connection.on('error', () => undefined);
      await connection.end().catch(() => undefined);
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
