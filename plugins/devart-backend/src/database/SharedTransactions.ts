import { causedByRun } from './causeDepth';
import type { Database } from './Database';
import { GroupCommit } from './GroupCommit';
import type { Transaction } from './Transaction';

/** One sort of work that is done in shared transactions. */
export interface SharedWork<Item, Answer> {
  /** Takes locks that are needed before anything is written, whatever the sort. */
  lock?: (tx: Transaction, items: readonly Item[]) => Promise<void>;
  /**
   * Answers for each item, in their order. All statements are sent before the
   * first is waited for: the commit is on its way behind them.
   */
  run: (tx: Transaction, items: readonly Item[]) => Promise<readonly Answer[]>;
}

interface Part {
  sort: number;
  item: unknown;
}

/**
 * Transactions of the control plane that several callers share, each with work
 * of its own sort: sorts are done in the order in which they were added. What a
 * caller asks for in one turn of the event loop shares one transaction, too. A
 * transaction is one round trip, its commit included.
 */
export class SharedTransactions {
  readonly #database: Database;
  readonly #actor: string;
  readonly #sorts: SharedWork<unknown, unknown>[] = [];
  readonly #groups: GroupCommit<Part, unknown>;

  /**
   * @param options - `actor`: named in history where the work names nobody;
   * the others as {@link GroupCommit} has them
   */
  constructor(options: {
    database: Database;
    actor: string;
    max: number;
    concurrency: number;
    worthwhile: number;
  }) {
    const { database, actor, ...sizes } = options;
    this.#database = database;
    this.#actor = actor;
    this.#groups = new GroupCommit({
      ...sizes,
      run: parts => this.#run(parts),
    });
  }

  /** Adds a sort of work; answers how to ask for it. */
  add<Item, Answer>(
    work: SharedWork<Item, Answer>,
  ): (items: readonly Item[]) => Promise<Answer[]> {
    const sort = this.#sorts.push(work as SharedWork<unknown, unknown>) - 1;
    return async items =>
      (await this.#groups.add(items.map(item => ({ sort, item })))) as Answer[];
  }

  async #run(parts: readonly Part[]): Promise<unknown[]> {
    const sorts = this.#sorts.map((work, sort) => ({
      work,
      items: parts.filter(part => part.sort === sort).map(({ item }) => item),
    }));
    const asked = sorts.filter(({ items }) => items.length > 0);
    // Whoever came first may act for a run of a workflow; the others do not.
    const answers = await causedByRun(0, () =>
      this.#database.asSystemAtOnce(this.#actor, async tx => {
        const locks = asked.map(({ work, items }) => work.lock?.(tx, items));
        const answered = asked.map(({ work, items }) => work.run(tx, items));
        const [found] = await Promise.all([
          Promise.all(answered),
          Promise.all(locks),
        ]);
        return found;
      }),
    );
    const bySort = new Map(
      asked.map(({ work }, index) => [work, answers[index].values()]),
    );
    return parts.map(({ sort }) => bySort.get(this.#sorts[sort])!.next().value);
  }
}
