/** Things that modules add, each under an id of its own. */
export class Registry<T> {
  readonly #what: string;
  readonly #idOf: (item: T) => string;
  readonly #items = new Map<string, T>();

  /** @param what - what one of them is called in messages */
  constructor(what: string, idOf: (item: T) => string) {
    this.#what = what;
    this.#idOf = idOf;
  }

  /** @throws Error when there is one with the same id. */
  add(item: T): void {
    const id = this.#idOf(item);
    if (this.#items.has(id)) {
      throw new Error(`There is a ${this.#what} '${id}' already`);
    }
    this.#items.set(id, item);
  }

  /** All that were added, by id. */
  all(): ReadonlyMap<string, T> {
    return this.#items;
  }
}
