import { setImmediate as nextTurn } from 'node:timers/promises';

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
  };
  readonly #waiting: Asked<Item, Answer>[] = [];
  /** Who makes groups, and how many of these wait for their answers. */
  #running = 0;
  #onTheirWay = 0;

  /**
   * @param options - `run` answers for each item, in their order; `max` items
   * form a group, unless one caller brings more; `concurrency` groups at once
   */
  constructor(options: {
    run: (items: readonly Item[]) => Promise<readonly Answer[]>;
    max: number;
    concurrency: number;
  }) {
    this.#options = options;
  }

  /** Answers for each item once its group is committed. */
  async add(items: readonly Item[]): Promise<Answer[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      if (this.#running < this.#options.concurrency) {
        this.#running++;
        void this.#work();
      }
    });
  }

  /** Never rejects: what goes wrong is told to those who asked. */
  async #work(): Promise<void> {
    // Calls that arrived with the same packet of the network join the group.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      this.#onTheirWay++;
      await this.#runGroup(group);
      this.#onTheirWay--;
    }
    this.#running--;
  }

  #takeGroup(): Asked<Item, Answer>[] {
    const group = [this.#waiting.shift()!];
    let size = group[0].items.length;
    // Whoever waits is spread over the groups that may begin: while one is written
    // the next is made ready.
    const { max, concurrency } = this.#options;
    const callers = Math.ceil(
      (this.#waiting.length + 1) / (concurrency - this.#onTheirWay),
    );
    while (
      this.#waiting.length > 0 &&
      group.length < callers &&
      size + this.#waiting[0].items.length <= max
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
