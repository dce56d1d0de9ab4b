import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import type { DevartClient } from '@devart/plugin-devart-common';
import type { ControlPlaneServices } from './ControlPlaneServices';
import { createClientFor } from './createClientFor';
import { LastingReader } from './LastingReader';
import { untilAnswered } from './untilAnswered';

const FIRST_PAUSE_MS = 500;
const PAUSE_GROWTH = 1.4;
/** Pauses grow to a twentieth of what was waited so far, within these bounds. */
const SHORT_PAUSE_MS = 4_000;
const LONG_PAUSE_MS = 60_000;
const PAUSE_SHARE = 1 / 20;

type Read<T> = (
  client: DevartClient,
  options: { signal: AbortSignal },
) => Promise<T>;

/** What is waited for. */
export interface Watched<T> {
  /** For people, for example `The task`. */
  name: string;
  get: Read<T>;
  hasEnded: (record: T) => boolean;
  /** In one line, for people. */
  describe: (record: T) => string;
}

/**
 * Waits for something in the control plane, for days if need be. All that it
 * holds meanwhile is a timer: it asks now and then, ever more rarely. When the
 * backend died, the step starts again, and the wait goes on from when it had
 * begun.
 */
export class LastingWatch {
  readonly #ctx: ActionContext<any, any>;
  readonly #reader: LastingReader;
  readonly #id: string;
  readonly #startedAt: number;
  readonly #deadline: number;

  private constructor(options: {
    ctx: ActionContext<any, any>;
    reader: LastingReader;
    id: string;
    startedAt: number;
    timeoutSeconds: number;
  }) {
    this.#ctx = options.ctx;
    this.#reader = options.reader;
    this.#id = options.id;
    this.#startedAt = options.startedAt;
    this.#deadline = options.startedAt + options.timeoutSeconds * 1000;
  }

  static async start(
    ctx: ActionContext<any, any>,
    services: ControlPlaneServices,
    options: {
      /** Of what is waited for. */
      id: string;
      timeoutSeconds: number;
    },
  ): Promise<LastingWatch> {
    const startedAt = await ctx.checkpoint({
      key: `waiting-since.${options.id}`,
      fn: async () => Date.now(),
    });
    const reader = new LastingReader({
      initiator: createClientFor(services, await ctx.getInitiatorCredentials()),
      plugin: createClientFor(
        services,
        await services.auth.getOwnServiceCredentials(),
      ),
    });
    return new LastingWatch({ ctx, reader, startedAt, ...options });
  }

  /** Reads something that belongs to what is waited for. */
  read<T>(call: Read<T>): Promise<T> {
    const { signal, logger } = this.#ctx;
    return untilAnswered(
      callSignal =>
        this.#reader.read(client => call(client, { signal: callSignal })),
      {
        signal,
        // What has ended in time is also read when the time is over.
        deadline: Math.max(this.#deadline, Date.now()),
        onOutage: ({ message }) =>
          logger.warn(
            `The control plane does not answer (${message}); still waiting`,
          ),
      },
    );
  }

  /**
   * Waits for the end, and says what changes. That whoever runs the template
   * may read it is checked with the first question, also after a crash only
   * once: their token may have ended since.
   *
   * @throws Error when it has not ended in time; the reason of the signal when
   * the run of the template is cancelled
   */
  async untilEnded<T>(watched: Watched<T>): Promise<T> {
    const { signal, logger } = this.#ctx;
    const { name, get, hasEnded, describe } = watched;
    await this.#ctx.checkpoint({
      key: `may-read.${this.#id}`,
      fn: async () => {
        await this.read(get);
        return true;
      },
    });
    this.#reader.allow();
    let said: string | undefined;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= PAUSE_GROWTH) {
      const record = await this.read(get);
      const line = describe(record);
      if (line !== said) {
        logger.info(line);
        said = line;
      }
      if (hasEnded(record)) {
        return record;
      }
      const remaining = this.#deadline - Date.now();
      if (remaining <= 0) {
        throw new Error(`${name} has not ended in time. ${line}`);
      }
      await sleep(
        Math.min(pauseMs, this.#longestPause(), remaining),
        undefined,
        {
          signal,
        },
      );
    }
  }

  #longestPause(): number {
    const waited = Date.now() - this.#startedAt;
    return Math.min(
      LONG_PAUSE_MS,
      Math.max(SHORT_PAUSE_MS, waited * PAUSE_SHARE),
    );
  }
}
