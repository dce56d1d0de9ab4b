import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Database } from './Database';
import { ListenedChannel } from './ListenedChannel';

/** Messages of this long go to the replicas together. */
const COALESCE_MS = 10;
/** PostgreSQL takes less than 8000 bytes. */
const MAX_PAYLOAD_BYTES = 7500;

/**
 * Tells all replicas something, this one included. Messages are gathered for a
 * moment, equal ones go once. Whoever listens must be able to do without: what is
 * said while there is no connection is lost.
 */
export class NotifyChannel {
  readonly #channel: ListenedChannel;
  readonly #gathered = new Set<string>();
  #stopped = true;
  #sending: NodeJS.Timeout | undefined;

  /** @param options - `name`: an identifier; `onMessage`: hears every message of every replica */
  constructor(options: {
    name: string;
    database: Database;
    logger: LoggerService;
    onMessage: (message: string) => void;
  }) {
    this.#channel = new ListenedChannel({
      ...options,
      onPayload: payload => {
        for (const message of payload.split('\n')) {
          options.onMessage(message);
        }
      },
    });
  }

  async start(): Promise<void> {
    this.#stopped = false;
    await this.#channel.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#sending);
    this.#sending = undefined;
    await this.#channel.stop();
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
      await this.#channel.notify(payload);
    }
  }
}
