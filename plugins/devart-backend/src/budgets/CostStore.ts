import type { Transaction } from '../database/Transaction';

/** Reads from the ledger what something has cost: one statement a page. */
export class CostStore {
  /** By the id of the run; runs that cost nothing are missing. */
  async ofRuns(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<Map<string, number>> {
    return this.#sum(tx, 'run_id', ids);
  }

  /** By the id of the task; tasks that cost nothing are missing. */
  async ofTasks(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<Map<string, number>> {
    return this.#sum(tx, 'task_id', ids);
  }

  async #sum(
    tx: Transaction,
    column: 'run_id' | 'task_id',
    ids: readonly string[],
  ): Promise<Map<string, number>> {
    if (ids.length === 0) {
      return new Map();
    }
    const rows = await tx.rows<{ id: string; micros: string }>(
      `select ${column} as id, sum(amount_micros) as micros from ledger_entries
       where ${column} = any(?::uuid[]) group by 1`,
      [ids],
    );
    return new Map(rows.map(({ id, micros }) => [id, Number(micros)]));
  }
}
