import type { Loop } from './Loop';

/** The loops of the control plane: starts and stops them together, and says whether all are well. */
export class Loops {
  readonly #loops: readonly Loop[];
  readonly #staleAfterMs: number;

  /** @param staleAfterMs - a loop whose next round is overdue for longer is not well */
  constructor(loops: readonly Loop[], staleAfterMs: number) {
    this.#loops = loops;
    this.#staleAfterMs = staleAfterMs;
  }

  start(): void {
    for (const loop of this.#loops) {
      loop.start();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map(loop => loop.stop()));
  }

  /** What is wrong, a sentence for each loop that is not well; empty when all are. */
  problems(): string[] {
    return this.#loops.flatMap(loop => {
      const { idleMs, overdueMs, lastError } = loop.health();
      return overdueMs > this.#staleAfterMs
        ? [
            `${loop.name} has not succeeded for ${Math.round(idleMs / 1000)} s${
              lastError ? `: ${lastError}` : ''
            }`,
          ]
        : [];
    });
  }
}
