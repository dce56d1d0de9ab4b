import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';

const MAX_BACKOFF_MS = 15_000;

/** What a loop does and when. */
export interface LoopOptions {
  name: string;
  logger: LoggerService;
  /** Longest pause between two rounds, in milliseconds. */
  intervalMs: number;
  /**
   * One round. Answers `again` when there is more to do at once, and otherwise
   * may answer in how many milliseconds the next round is due.
   */
  round: (signal: AbortSignal) => Promise<'again' | number | void>;
}

/**
 * Something done again and again until it is stopped. Modes:
 *
 * - stopped: before `start` and after `stop`.
 * - working: a round runs.
 * - resting: between rounds; left when the pause is over or by `wake`. After a
 *   failed round the pause doubles from 100 ms up to 15 s, and `wake` does not
 *   shorten it.
 *
 * A round that throws never ends the loop; it shows in `health`.
 */
export class Loop {
  readonly name: string;
  readonly #options: LoopOptions;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #endRest: (() => void) | undefined;
  #awake = false;
  #failures = 0;
  #lastSuccess = Date.now();
  #lastError: string | undefined;

  constructor(options: LoopOptions) {
    this.name = options.name;
    this.#options = options;
  }

  start(): void {
    this.#lastSuccess = Date.now();
    this.#running ??= this.#run();
  }

  /** Begins the next round at once; while a round runs, another one follows it. */
  wake(): void {
    this.#awake = true;
    if (this.#failures === 0) {
      this.#endRest?.();
    }
  }

  /** Ends the pause, waits for the round that runs. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#endRest?.();
    await this.#running;
  }

  /**
   * How long ago a round last succeeded and how long a round is overdue, in
   * milliseconds, and what went wrong since. A loop that rests is not overdue.
   */
  health(): { idleMs: number; overdueMs: number; lastError?: string } {
    const idleMs = Date.now() - this.#lastSuccess;
    return {
      idleMs,
      overdueMs: Math.max(0, idleMs - this.#options.intervalMs),
      lastError: this.#lastError,
    };
  }

  async #run(): Promise<void> {
    const { intervalMs, logger, round } = this.#options;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      this.#awake = false;
      let pause = intervalMs;
      try {
        const next = await round(signal);
        this.#failures = 0;
        this.#lastSuccess = Date.now();
        this.#lastError = undefined;
        if (next === 'again') {
          continue;
        }
        pause = Math.max(0, Math.min(next ?? intervalMs, intervalMs));
      } catch (error) {
        this.#failures++;
        this.#lastError = stringifyError(error);
        pause = Math.min(MAX_BACKOFF_MS, 100 * 2 ** (this.#failures - 1));
        // Outages last; the first rounds say it, and then one in sixteen.
        if (this.#failures <= 2 || this.#failures % 16 === 0) {
          logger.warn(
            `${this.name} failed ${this.#failures} times in a row: ${this.#lastError}`,
          );
        }
      }
      if (!signal.aborted && !(this.#awake && this.#failures === 0)) {
        await this.#rest(pause);
      }
    }
  }

  async #rest(ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms);
      this.#endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endRest = undefined;
  }
}
