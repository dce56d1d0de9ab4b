import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import { setTimeout as pause } from 'node:timers/promises';
import type { Meter, Settling } from './Meter';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Settles calls after their last byte went out, and does not forget one before
 * its cost is durable. While the database is away it tries again and again,
 * until the reservation is over: then all that was held back is suspense, which
 * a last try corrects.
 */
export class Settler {
  readonly #meter: Meter;
  readonly #logger: LoggerService;
  readonly #open = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(options: { meter: Meter; logger: LoggerService }) {
    this.#meter = options.meter;
    this.#logger = options.logger;
  }

  /** How many calls are not settled yet. */
  get size(): number {
    return this.#open.size;
  }

  /** @param giveUpAt - when the reservation is over, as `Date.now()` says it */
  settle(settling: Settling, giveUpAt: number): void {
    this.#keep(
      this.#persist(
        () => this.#meter.settle(settling),
        settling.requestId,
        giveUpAt,
      ),
    );
  }

  release(
    reservation: { organizationId: string; requestId: string },
    giveUpAt: number,
  ): void {
    this.#keep(
      this.#persist(
        () => this.#meter.release(reservation),
        reservation.requestId,
        giveUpAt,
      ),
    );
  }

  /** Settles what is open, with one more try for what the database does not take. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#open);
  }

  #keep(work: Promise<void>): void {
    this.#open.add(work);
    void work.finally(() => this.#open.delete(work));
  }

  /** Never rejects. */
  async #persist(
    work: () => Promise<void>,
    requestId: string,
    giveUpAt: number,
  ): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      const isLast = this.#stopping.signal.aborted || Date.now() > giveUpAt;
      try {
        await work();
        return;
      } catch (error) {
        if (isLast) {
          this.#logger.error(
            `The cost of the call ${requestId} of a model could not be written down: ${stringifyError(error)}; what was held back for it counts until somebody corrects it`,
          );
          return;
        }
      }
      // Ends early when the backend stops.
      await pause(pauseMs, undefined, { signal: this.#stopping.signal }).catch(
        () => undefined,
      );
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }
}
