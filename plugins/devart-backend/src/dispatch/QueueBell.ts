import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { Database } from '../database/Database';
import { ListenedChannel } from '../database/ListenedChannel';

/** Rings of this long go to the other replicas as one. */
const COALESCE_MS = 10;

/** The longest that PostgreSQL carries with a notification, with room to spare. */
const MAX_PAYLOAD = 7000;
/** More tasks than this do not fit in any case. */
const MAX_TOLD = 1000;

/** Who waits for a ring. */
interface Listener {
  /** The same for all the times that one claim waits. */
  who: object;
  /** What it can do; a ring for something else is not for it. */
  capabilities: readonly string[];
  wake: (ring: Ring | undefined) => void;
}

/** One queued task that somebody was woken for. */
export interface Ring {
  needs: readonly string[];
  /** Who was woken for it already. */
  asked: ReadonlySet<object>;
}

/**
 * Rings when tasks come into the queue, on every replica. A NOTIFY in each
 * transaction would halve the commits that many clients achieve, so that the
 * replica rings its own waiters at once and the others a moment later from a
 * connection of its own. A ring that is lost costs a waiter at most its poll.
 *
 * A task wakes one waiter that can do it, the one that has waited longest;
 * should that one not look for it, it passes the ring on. Waking all would let a
 * hundred claims search for one task. Where it is not known what was queued,
 * all are woken.
 *
 * While there is no connection, it rings only here.
 */
export class QueueBell {
  readonly #channel: ListenedChannel;
  readonly #logger: LoggerService;
  readonly #listeners = new Set<Listener>();
  /** What was queued since the others were rung; undefined when that is not known. */
  #toTell: (readonly string[])[] | undefined = [];
  #ringing: NodeJS.Timeout | undefined;
  #stopped = true;

  constructor(options: { database: Database; logger: LoggerService }) {
    this.#logger = options.logger;
    this.#channel = new ListenedChannel({
      ...options,
      name: 'devart_queue',
      onPayload: (payload, { own }) => {
        // What this replica says it has heard already.
        if (!own) {
          this.#ringHere(payload ? JSON.parse(payload) : undefined);
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
    clearTimeout(this.#ringing);
    this.#ringing = undefined;
    await this.#channel.stop();
    this.#ringHere();
  }

  /** Wakes the listener at the next ring that is for it; the answer ends that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Something came into the queue.
   *
   * @param needs - what each of the tasks needs; all are woken without it
   */
  ring(needs?: readonly (readonly string[])[]): void {
    this.#ringHere(needs);
    this.#toTell =
      needs && this.#toTell && this.#toTell.length < MAX_TOLD
        ? [...this.#toTell, ...needs]
        : undefined;
    this.#ringSoon();
  }

  /** Whoever was woken has no room for the task, or is gone; it may be there for another. */
  pass(ring: Ring, by: object): void {
    this.#wakeOne({ ...ring, asked: new Set([...ring.asked, by]) });
  }

  #ringHere(needs?: readonly (readonly string[])[]): void {
    if (needs) {
      needs.forEach(one => this.#wakeOne({ needs: one, asked: new Set() }));
      return;
    }
    for (const listener of [...this.#listeners]) {
      listener.wake(undefined);
    }
  }

  #wakeOne(ring: Ring): void {
    for (const listener of this.#listeners) {
      if (
        !ring.asked.has(listener.who) &&
        ring.needs.every(need => listener.capabilities.includes(need))
      ) {
        this.#listeners.delete(listener);
        listener.wake(ring);
        return;
      }
    }
  }

  /** Rings the others in a moment; one ring at a time is on its way. */
  #ringSoon(): void {
    if (this.#stopped) {
      return;
    }
    this.#ringing ??= setTimeout(async () => {
      await this.#ringOthers();
      this.#ringing = undefined;
      if (this.#toTell?.length !== 0) {
        this.#ringSoon();
      }
    }, COALESCE_MS);
  }

  /** Never rejects. */
  async #ringOthers(): Promise<void> {
    const payload = this.#toTell ? JSON.stringify(this.#toTell) : '';
    this.#toTell = [];
    try {
      await this.#channel.notify(payload.length <= MAX_PAYLOAD ? payload : '');
    } catch (error) {
      // The others look for themselves within their poll.
      this.#logger.debug(
        `The queue bell did not reach the others: ${stringifyError(error)}`,
      );
    }
  }
}
