import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import { Loops } from './Loops';
import type { Part } from './Part';
import { within } from './within';

/**
 * The longest that stopping takes, in milliseconds, with room to spare in the
 * half minute after which service managers kill.
 */
const STOP_MS = 20_000;

/** The parts of the control plane from the ground up: starts and stops them, and says whether all are well. */
export class Parts {
  readonly #parts: readonly Part[];
  readonly #vital: Loops;
  readonly #background: Loops;
  readonly #logger: LoggerService;

  /** @param options - `staleAfterMs`: a vital loop whose next round is overdue for longer is not well */
  constructor(
    parts: readonly Part[],
    options: { staleAfterMs: number; logger: LoggerService },
  ) {
    const { staleAfterMs, logger } = options;
    this.#parts = parts;
    this.#logger = logger;
    this.#vital = new Loops(
      parts.flatMap(part => part.vital ?? []),
      staleAfterMs,
    );
    this.#background = new Loops(
      parts.flatMap(part => part.background ?? []),
      Infinity,
    );
  }

  /** What is wrong, a sentence each; empty when all is well. */
  problems(): string[] {
    return [
      ...this.#vital.problems(),
      ...this.#parts.flatMap(part => part.problems?.() ?? []),
    ];
  }

  async start(): Promise<void> {
    for (const part of this.#parts) {
      await part.start?.();
    }
    this.#vital.start();
    this.#background.start();
  }

  /**
   * Ends calls that wait, lets rounds that run come to their end, then closes
   * all from the top down. What fails or does not end, such as for want of the
   * database, keeps nothing else from being stopped: nobody waits longer for it
   * than for half of the time that is left.
   */
  async stop(): Promise<void> {
    const deadline = Date.now() + STOP_MS;
    await this.#attempt('calls', deadline, () =>
      Promise.all(this.#parts.map(part => part.drain?.())),
    );
    await this.#attempt('loops', deadline, () =>
      Promise.all([this.#vital.stop(), this.#background.stop()]),
    );
    for (const part of [...this.#parts].reverse()) {
      await this.#attempt(part.constructor.name, deadline, () => part.stop?.());
    }
  }

  async #attempt(
    what: string,
    deadline: number,
    work: () => Promise<unknown> | undefined,
  ): Promise<void> {
    const ms = Math.max(0, (deadline - Date.now()) / 2);
    try {
      if (!(await within(ms, Promise.resolve().then(work)))) {
        this.#logger.warn(
          `Stopping: ${what} did not end within ${Math.round(ms)} ms and is left to itself`,
        );
      }
    } catch (error) {
      this.#logger.warn(`Stopping: ${what} failed: ${stringifyError(error)}`);
    }
  }
}
