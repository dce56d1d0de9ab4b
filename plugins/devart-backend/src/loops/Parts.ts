import { Loops } from './Loops';
import type { Part } from './Part';

/** The parts of the control plane from the ground up: starts and stops them, and says whether all are well. */
export class Parts {
  readonly #parts: readonly Part[];
  readonly #vital: Loops;
  readonly #background: Loops;

  /** @param staleAfterMs - a vital loop without a successful round for this long is not well */
  constructor(parts: readonly Part[], staleAfterMs: number) {
    this.#parts = parts;
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

  /** Ends calls that wait, lets rounds that run come to their end, then closes all from the top down. */
  async stop(): Promise<void> {
    await Promise.all(this.#parts.map(part => part.drain?.()));
    await Promise.all([this.#vital.stop(), this.#background.stop()]);
    for (const part of [...this.#parts].reverse()) {
      await part.stop?.();
    }
  }
}
