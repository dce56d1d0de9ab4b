import { apiProblemOf } from './ApiProblem';
import { pause } from './pause';
import { storableText } from './storableText';

/** How far an attempt has come. */
export interface Progress {
  /** 0 to 100. */
  percent: number;
  message?: string;
}

const MAX_MESSAGE_CHARACTERS = 500;

/**
 * Sends the newest progress, at most one report in an interval; what has been
 * overtaken is never sent. A report that cannot be delivered is tried again
 * with the next interval unless a newer one took its place.
 */
export class ProgressReporter {
  readonly #send: (progress: Progress) => Promise<void>;
  readonly #intervalMs: number;
  readonly #signal: AbortSignal;
  #newest?: Progress;
  #pumping = false;

  /** @param options - `signal` ends the reporting */
  constructor(options: {
    send: (progress: Progress) => Promise<void>;
    intervalMs: number;
    signal: AbortSignal;
  }) {
    this.#send = options.send;
    this.#intervalMs = options.intervalMs;
    this.#signal = options.signal;
  }

  report(percent: number, message?: string): void {
    if (this.#signal.aborted || Number.isNaN(percent)) {
      return;
    }
    this.#newest = {
      percent: Math.min(100, Math.max(0, percent)),
      message:
        message === undefined
          ? undefined
          : storableText(message, MAX_MESSAGE_CHARACTERS),
    };
    if (!this.#pumping) {
      this.#pumping = true;
      void this.#pump();
    }
  }

  async #pump(): Promise<void> {
    while (this.#newest && !this.#signal.aborted) {
      const progress = this.#newest;
      this.#newest = undefined;
      try {
        await this.#send(progress);
      } catch (error) {
        // Anything but an outage is heard about with the next heartbeat.
        if (apiProblemOf(error).kind === 'unreachable') {
          this.#newest ??= progress;
        }
      }
      await pause(this.#intervalMs, this.#signal);
    }
    this.#pumping = false;
  }
}
