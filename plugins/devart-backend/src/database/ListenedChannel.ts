import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { Database, ListenConnection } from './Database';

const RECONNECT_MS = 1000;

/**
 * A channel of LISTEN and NOTIFY on a connection of its own. What is said while
 * there is no connection is lost.
 *
 * Modes: stopped; connected; apart (no connection, tries again every second).
 */
export class ListenedChannel {
  readonly #options: {
    name: string;
    database: Database;
    logger: LoggerService;
    onPayload: (payload: string, from: { own: boolean }) => void;
  };
  #connection: ListenConnection | undefined;
  #stopped = true;
  #reconnect: NodeJS.Timeout | undefined;

  /** @param options - `name`: an identifier; `onPayload`: hears what every replica says, its `own` included */
  constructor(options: {
    name: string;
    database: Database;
    logger: LoggerService;
    onPayload: (payload: string, from: { own: boolean }) => void;
  }) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#stopped = false;
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#reconnect);
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection) {
      connection.removeAllListeners();
      // It is being closed: that it breaks meanwhile is as good as closed.
      connection.on('error', () => undefined);
      await connection.end().catch(() => undefined);
    }
  }

  /** @param payload - less than 8000 bytes, which is what PostgreSQL takes */
  async notify(payload: string): Promise<void> {
    await this.#connection?.query('select pg_notify($1, $2)', [
      this.#options.name,
      payload,
    ]);
  }

  async #connect(): Promise<void> {
    if (this.#stopped) {
      return;
    }
    const { name, database, logger, onPayload } = this.#options;
    let connection: ListenConnection | undefined;
    try {
      connection = await database.connection();
      const lost = (error?: Error) => {
        if (this.#connection === connection) {
          logger.debug(
            `The connection that listens on ${name} is lost: ${error ? stringifyError(error) : 'closed'}`,
          );
          this.#connection = undefined;
          this.#retry();
        }
      };
      connection.on('error', lost);
      connection.on('end', lost);
      const self = connection.processID;
      connection.on('notification', ({ payload = '', processId }) =>
        onPayload(payload, { own: processId === self }),
      );
      this.#connection = connection;
      await connection.query(`listen ${name}`);
      if (this.#stopped) {
        await this.stop();
      }
    } catch (error) {
      logger.debug(`Cannot listen on ${name}: ${stringifyError(error)}`);
      this.#connection = undefined;
      // It is of no use any more; the error that made it so was said above.
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
