/** Watches over a call: ends it when it takes too long, or when nobody waits for it any more. */
export class CallWatch {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #isLate = false;
  #isGone = false;

  constructor(totalMs: number) {
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#abort.abort();
    }, totalMs);
  }

  /** Aborted when the call is to end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** It took longer than it may. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** The caller has gone. */
  get isGone(): boolean {
    return this.#isGone;
  }

  hangUp(): void {
    this.#isGone = true;
    this.#abort.abort();
  }

  /** The backend stops. */
  stop(): void {
    this.#abort.abort();
  }

  /** The call is over; lets go of the clock. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
