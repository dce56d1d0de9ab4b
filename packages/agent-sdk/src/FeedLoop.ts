import { pause } from './pause';
import type { TaskFeed } from './TaskFeed';

/**
 * What feeds over a connection have in common: one connection after the other
 * until they are stopped.
 *
 * Modes: off (not started, or stopped); opening (connects); open (whoever uses
 * the connection has said so); waiting (for the next try).
 */
export class FeedLoop {
  readonly #use: (end: AbortSignal) => Promise<number>;
  readonly #onChange: () => void;
  #mode: TaskFeed['mode'] = 'off';
  #end = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /**
   * @param options - `use`: connects and works until the connection is lost or
   * the signal aborts, answers after how many milliseconds to connect again, and
   * never rejects; `onChange`: hears of a new mode, except of the start and the stop
   */
  constructor(options: {
    use: (end: AbortSignal) => Promise<number>;
    onChange: () => void;
  }) {
    this.#use = options.use;
    this.#onChange = options.onChange;
  }

  get mode(): TaskFeed['mode'] {
    return this.#mode;
  }

  /** Aborts with the next stop. */
  get end(): AbortSignal {
    return this.#end.signal;
  }

  start(): void {
    if (this.#mode === 'off') {
      const end = new AbortController();
      this.#end = end;
      this.#mode = 'opening';
      this.#running = this.#running.then(() => this.#run(end.signal));
    }
  }

  /** Settles when nothing goes on any more. */
  async stop(): Promise<void> {
    this.#mode = 'off';
    this.#end.abort();
    await this.#running;
  }

  /** The connection is of use. */
  opened(end: AbortSignal): void {
    this.#enter('open', end);
  }

  async #run(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      this.#enter('opening', end);
      const delayMs = await this.#use(end);
      if (delayMs > 0 && !end.aborted) {
        this.#enter('waiting', end);
        await pause(delayMs, end);
      }
    }
  }

  #enter(mode: TaskFeed['mode'], end: AbortSignal): void {
    if (!end.aborted && this.#mode !== mode) {
      this.#mode = mode;
      this.#onChange();
    }
  }
}
