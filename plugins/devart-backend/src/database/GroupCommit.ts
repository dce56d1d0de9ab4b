import {
  setImmediate as nextTurn,
  setTimeout as pause,
} from 'node:timers/promises';

/** What one caller asked for. */
interface Asked<Item, Answer> {
  items: readonly Item[];
  resolve: (answers: Answer[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Does what several callers ask for at the same moment in one transaction.
 * Whoever comes while groups are on their way waits for the next one, so that
 * groups grow with the load and a single caller waits for nobody. Where a group
 * fails, each of its callers is tried alone: none fails for another.
 */
export class GroupCommit<Item, Answer> {
  readonly #options: {
    run: (items: readonly Item[]) => Promise<readonly Answer[]>;
    max: number;
    concurrency: number;
    worthwhile: number;
    gatherMs: number;
  };
  readonly #waiting: Asked<Item, Answer>[] = [];
  #running = 0;

  /**
   * @param options - `run` answers for each item, in their order; `max` items
   * form a group, unless one caller brings more; `concurrency` groups at once,
   * of which one begins beside another only with `worthwhile` items, since a
   * transaction costs as much as some of them; `gatherMs` how long others are
   * waited for where nobody is in a hurry
   */
  constructor(options: {
    run: (items: readonly Item[]) => Promise<readonly Answer[]>;
    max: number;
    concurrency: number;
    worthwhile?: number;
    gatherMs?: number;
  }) {
    this.#options = { worthwhile: 1, gatherMs: 0, ...options };
  }

  /** Answers for each item once its group is committed. */
  async add(items: readonly Item[]): Promise<Answer[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      if (
        this.#running < this.#options.concurrency &&
        this.#isWorthwhileBeside(this.#running)
      ) {
        this.#running++;
        void this.#work();
      }
    });
  }

  /** Never rejects: what goes wrong is told to those who asked. */
  async #work(): Promise<void> {
    const { gatherMs } = this.#options;
    // Calls that arrived with the same packet of the network join the group.
    await (gatherMs > 0 ? pause(gatherMs) : nextTurn());
    while (
      this.#waiting.length > 0 &&
      this.#isWorthwhileBeside(this.#running - 1)
    ) {
      await this.#runGroup(this.#takeGroup());
    }
    this.#running--;
  }

  /** Whether those who wait are worth a group of their own beside so many others. */
  #isWorthwhileBeside(others: number): boolean {
    const { worthwhile } = this.#options;
    let items = 0;
    return (
      others === 0 ||
      this.#waiting.some(asked => (items += asked.items.length) >= worthwhile)
    );
  }

  #takeGroup(): Asked<Item, Answer>[] {
    const group = [this.#waiting.shift()!];
    let size = group[0].items.length;
    while (
      this.#waiting.length > 0 &&
      size + this.#waiting[0].items.length <= this.#options.max
    ) {
      const next = this.#waiting.shift()!;
      size += next.items.length;
      group.push(next);
    }
    return group;
  }

  async #runGroup(group: readonly Asked<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#options.run(
        group.flatMap(({ items }) => items),
      );
      let position = 0;
      for (const { items, resolve } of group) {
        resolve(answers.slice(position, (position += items.length)));
      }
    } catch (error) {
      if (group.length > 1 && !isUnavailable(error)) {
        for (const asked of group) {
          await this.#runGroup([asked]);
        }
        return;
      }
      for (const { reject } of group) {
        reject(error);
      }
    }
  }
}

/** Whether the database does not answer: asking again for each would only take longer. */
function isUnavailable(error: unknown): boolean {
  return error instanceof Error && error.name === 'ServiceUnavailableError';
}
