import type { DevartClient } from '@devart/plugin-devart-common';
import { ResponseError, toError } from '@backstage/errors';

function isNotAuthenticated(error: unknown): boolean {
  return error instanceof ResponseError
    ? error.statusCode === 401
    : toError(error).name === 'AuthenticationError';
}

/**
 * Reads from the control plane for longer than the token of whoever asked
 * lasts, an hour at most. It reads with their rights first, and goes on with
 * those of this plugin only when their token has ended after they had proved
 * that they may read the task.
 */
export class LastingReader {
  readonly #initiator: DevartClient;
  readonly #plugin: DevartClient;
  #allowed = false;
  #tokenEnded = false;

  constructor(options: { initiator: DevartClient; plugin: DevartClient }) {
    this.#initiator = options.initiator;
    this.#plugin = options.plugin;
  }

  /** Says that the initiator has been seen to be allowed to read. */
  allow(): void {
    this.#allowed = true;
  }

  async read<T>(call: (client: DevartClient) => Promise<T>): Promise<T> {
    if (this.#tokenEnded) {
      return call(this.#plugin);
    }
    try {
      return await call(this.#initiator);
    } catch (error) {
      if (!this.#allowed || !isNotAuthenticated(error)) {
        throw error;
      }
      this.#tokenEnded = true;
      return call(this.#plugin);
    }
  }
}
