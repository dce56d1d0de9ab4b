import type { Hint, HintMessage } from '@devart/plugin-devart-common';
import { isUnreachable } from '../api';
import type { LiveConnection } from './LiveConnection';

const POLL_MS = {
  connecting: 5000,
  live: 30_000,
  reconnecting: 5000,
  polling: 5000,
};
/** An answer that takes longer will not come; the next attempt may do better. */
const TIMEOUT_MS = 20_000;

/** What a {@link LiveLoader} needs. */
export interface LiveLoaderOptions<T> {
  connection: LiveConnection;
  load: (signal: AbortSignal) => Promise<T>;
  /** Whether a hint is about what is loaded. */
  concerns: (hint: Hint) => boolean;
  /** The shortest time between the starts of two loads, in milliseconds. */
  minimumIntervalMs: number;
  onValue: (value: T) => void;
  onError: (error: unknown) => void;
}

/**
 * Loads something, and again whenever it may have changed.
 *
 * - idle: a timer waits for the next poll. Left by a hint, by `reload`, or by
 *   the timer.
 * - due: a timer waits until the shortest interval has passed; further hints
 *   change nothing. Left when it has.
 * - loading: hints that arrive now make it due again afterwards.
 * - paused: the page is hidden; nothing is asked for. Left when it is shown,
 *   with a load.
 * - stopped: whatever was under way is aborted. Never left.
 */
export class LiveLoader<T> {
  readonly #options: LiveLoaderOptions<T>;
  readonly #cleanUps: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  #startedAt = -Infinity;
  #pollMs: number | undefined;
  #again = false;
  #stopped = false;
  #waiters: (() => void)[] = [];

  constructor(options: LiveLoaderOptions<T>) {
    this.#options = options;
  }

  start(): void {
    const { connection } = this.#options;
    const onVisibility = () => {
      if (document.visibilityState === 'hidden') {
        this.#schedule(undefined);
      } else {
        this.#request();
      }
    };
    document.addEventListener('visibilitychange', onVisibility);
    this.#cleanUps.push(
      () => document.removeEventListener('visibilitychange', onVisibility),
      connection.listen(message => this.#onMessage(message)),
      connection.watchState(() => {
        // What polls as often as before keeps its place in time.
        if (
          !this.#running &&
          !this.#again &&
          POLL_MS[connection.getState()] !== this.#pollMs
        ) {
          this.#scheduleNextPoll();
        }
      }),
    );
    this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#schedule(undefined);
    this.#running?.abort();
    for (const cleanUp of this.#cleanUps) {
      cleanUp();
    }
    this.#releaseWaiters();
  }

  /** Loads now; resolves when what was loaded after this call has arrived, or failed to. */
  reload(): Promise<void> {
    if (this.#stopped) {
      return Promise.resolve();
    }
    // An answer that is already under way may be older than what the caller did.
    this.#running?.abort();
    this.#running = undefined;
    const done = new Promise<void>(resolve => this.#waiters.push(resolve));
    this.#run();
    return done;
  }

  #onMessage(message: HintMessage): void {
    if (message.everything || message.hints.some(this.#options.concerns)) {
      this.#request();
    }
  }

  #request(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    if (this.#stopped || document.visibilityState === 'hidden') {
      return;
    }
    const wait = this.#startedAt + this.#options.minimumIntervalMs - Date.now();
    if (wait <= 0) {
      this.#run();
    } else {
      this.#again = true;
      this.#schedule(wait);
    }
  }

  async #run(): Promise<void> {
    this.#schedule(undefined);
    this.#again = false;
    this.#startedAt = Date.now();
    const controller = new AbortController();
    this.#running = controller;
    const timeout = setTimeout(
      () => controller.abort(new DOMException('No answer', 'TimeoutError')),
      TIMEOUT_MS,
    );
    const isCurrent = () => this.#running === controller && !this.#stopped;
    try {
      const value = await this.#options.load(controller.signal);
      if (isCurrent()) {
        this.#options.connection.noteReachable(true);
        this.#options.onValue(value);
      }
    } catch (error) {
      if (isCurrent()) {
        const cause = controller.signal.aborted
          ? controller.signal.reason
          : error;
        this.#options.connection.noteReachable(!isUnreachable(cause));
        this.#options.onError(cause);
      }
    } finally {
      clearTimeout(timeout);
      if (isCurrent()) {
        this.#running = undefined;
        this.#releaseWaiters();
        this.#scheduleNextPoll();
        if (this.#again) {
          this.#again = false;
          this.#request();
        }
      }
    }
  }

  #scheduleNextPoll(): void {
    if (document.visibilityState !== 'hidden') {
      this.#pollMs = POLL_MS[this.#options.connection.getState()];
      this.#schedule(this.#pollMs);
    }
  }

  /** One timer serves polls and postponed loads: whichever comes first replaces the other. */
  #schedule(delayMs: number | undefined): void {
    clearTimeout(this.#timer);
    this.#timer =
      delayMs === undefined || this.#stopped
        ? undefined
        : setTimeout(() => this.#run(), delayMs);
  }

  #releaseWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const release of waiters) {
      release();
    }
  }
}
