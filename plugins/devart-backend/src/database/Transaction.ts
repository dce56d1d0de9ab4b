import type { Knex } from 'knex';

/** The roles under which everything runs; see the first migration. */
export type DatabaseRole = 'devart_request' | 'devart_agent' | 'devart_system';

/** A database transaction in somebody's name; ends with the function it was handed to. */
export class Transaction {
  readonly knex: Knex.Transaction;
  /** Who acts in it, as history and events say it. */
  readonly actor: string;
  readonly #afterCommit: (() => void)[];
  readonly #databaseRole: DatabaseRole;
  #isElevated = false;

  constructor(
    knex: Knex.Transaction,
    options: {
      actor: string;
      databaseRole: DatabaseRole;
      afterCommit?: (() => void)[];
    },
  ) {
    this.knex = knex;
    this.actor = options.actor;
    this.#databaseRole = options.databaseRole;
    this.#afterCommit = options.afterCommit ?? [];
  }

  /** Runs a statement with `?` placeholders and returns its rows. */
  async rows<T>(
    sql: string,
    bindings: readonly Knex.RawBinding[] = [],
  ): Promise<T[]> {
    const result = await this.knex.raw(sql, [...bindings]);
    return result.rows;
  }

  /** Runs a statement and returns the number of rows it touched. */
  async run(
    sql: string,
    bindings: readonly Knex.RawBinding[] = [],
  ): Promise<number> {
    const result = await this.knex.raw(sql, [...bindings]);
    return result.rowCount ?? 0;
  }

  /** Calls `hook` once the transaction is committed, never when it is not. */
  afterCommit(hook: () => void): void {
    this.#afterCommit.push(hook);
  }

  /**
   * Does a part of the transaction with the rights of the control plane: for
   * what follows from an act without being within the rights of its actor.
   * Parts may stand within one another.
   */
  async elevated<T>(work: () => Promise<T>): Promise<T> {
    if (this.#databaseRole === 'devart_system' || this.#isElevated) {
      return work();
    }
    this.#isElevated = true;
    await this.knex.raw("select set_config('role', 'devart_system', true)");
    try {
      return await work();
    } finally {
      this.#isElevated = false;
      // A failed transaction answers nothing but errors, and is rolled back.
      await this.knex
        .raw("select set_config('role', ?, true)", [this.#databaseRole])
        .catch(() => undefined);
    }
  }

  /**
   * The same transaction in the name of the control plane, for what
   * {@link Transaction.elevated} does that whoever acts had no part in.
   */
  by(actor: string): Transaction {
    return new Transaction(this.knex, {
      actor,
      databaseRole: 'devart_system',
      afterCommit: this.#afterCommit,
    });
  }

  /** For {@link Database} alone. */
  committed(): void {
    for (const hook of this.#afterCommit) {
      hook();
    }
  }
}
