/** How the numbers of a workflow's runs stand. */
export interface Numbered {
  lastNumber: number;
  /** The version that was the current one then. */
  version: string;
}

const MAX_WORKFLOWS = 1000;

/** How long a replica asks for numbers after another one took what it expected. */
const DISTRUST_MS = 10_000;

/**
 * The last numbers that this replica knows of. Whoever takes the next one from
 * here, and has the transaction fail where that was wrong, need not wait for
 * an answer before anything of the run can be written.
 *
 * A workflow is unknown at first; known once its number was asked for; and
 * distrusted, which is unknown for a while, once an expectation was wrong.
 */
export class RunNumbers {
  readonly #known = new Map<string, Numbered>();
  readonly #distrustedUntil = new Map<string, number>();

  /** What so many runs of each workflow will get, unless another replica is faster; undefined when unknown. */
  expect(
    wanted: readonly { id: string; count: number }[],
  ): Map<string, Numbered> | undefined {
    if (wanted.length === 0 || wanted.some(({ id }) => !this.#known.has(id))) {
      return undefined;
    }
    const expected = new Map<string, Numbered>();
    for (const { id, count } of wanted) {
      const { lastNumber, version } = this.#known.get(id)!;
      const next = { lastNumber: lastNumber + count, version };
      // At once: a transaction that begins before this one ends comes behind it.
      this.#known.set(id, next);
      expected.set(id, next);
    }
    return expected;
  }

  /** Remembers what the database answered. */
  learn(numbers: ReadonlyMap<string, Numbered>): void {
    for (const [id, numbered] of numbers) {
      if ((this.#distrustedUntil.get(id) ?? 0) > Date.now()) {
        continue;
      }
      this.#distrustedUntil.delete(id);
      this.#known.delete(id);
      this.#known.set(id, numbered);
      if (this.#known.size > MAX_WORKFLOWS) {
        this.#known.delete(this.#known.keys().next().value!);
      }
    }
  }

  /** A transaction failed, perhaps since it expected wrongly. */
  distrust(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#known.delete(id);
      this.#distrustedUntil.delete(id);
      this.#distrustedUntil.set(id, Date.now() + DISTRUST_MS);
      if (this.#distrustedUntil.size > MAX_WORKFLOWS) {
        this.#distrustedUntil.delete(
          this.#distrustedUntil.keys().next().value!,
        );
      }
    }
  }
}
