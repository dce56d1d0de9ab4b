import type { Transaction } from '../database/Transaction';

/** How many tasks that ask for a capability may run at once. */
export interface CapabilityLimit {
  capability: string;
  most: number;
}

/** The SQL of the queue. */
export class QueueStore {
  readonly #ageingSeconds: number;

  /** @param ageingSeconds - by how much each step of priority lets a task overtake */
  constructor(options: { ageingSeconds: number }) {
    this.#ageingSeconds = options.ageingSeconds;
  }

  /**
   * Gives queued tasks their places, as their rows say: first in first out
   * counts from their creation, however often they come back.
   */
  async enqueue(tx: Transaction, taskIds: readonly string[]): Promise<void> {
    await tx.hotRows(
      `insert into task_queue (task_id, organization_id, capability_set_id, sort_key, available_at, ready)
       select id, organization_id, capability_set_id,
         created_at + priority * make_interval(secs => ?::double precision),
         coalesce(run_after, now()), coalesce(run_after <= now(), true)
       from tasks where id = any(?::uuid[])`,
      [this.#ageingSeconds, taskIds],
    );
  }

  /**
   * Locks the place of a task in the queue; answers whether it has one. Whoever
   * locks more of a task locks place, lease and task in this order, as claims
   * and completions do; else two could deadlock.
   */
  async lock(tx: Transaction, taskId: string): Promise<boolean> {
    const rows = await tx.hotRows(
      'select 1 from task_queue where task_id = ? for update',
      [taskId],
    );
    return rows.length > 0;
  }

  async remove(tx: Transaction, taskId: string): Promise<void> {
    await tx.hotRows('delete from task_queue where task_id = ?', [taskId]);
  }

  /**
   * Makes tasks claimable whose time has come. Answers which, and in how many
   * milliseconds the next one is due.
   */
  async promoteDue(
    tx: Transaction,
    limit: number,
  ): Promise<{ promoted: string[]; nextInMs?: number }> {
    const promoted = await tx.rows<{ task_id: string }>(
      `update task_queue set ready = true where task_id in (
         select task_id from task_queue where not ready and available_at <= now()
         order by available_at limit ? for update skip locked)
       returning task_id`,
      [limit],
    );
    const [next] = await tx.rows<{ ms: number | null }>(
      `select extract(epoch from min(available_at) - clock_timestamp())::double precision * 1000 as ms
       from task_queue where not ready`,
    );
    return {
      promoted: promoted.map(row => row.task_id),
      nextInMs: next.ms ?? undefined,
    };
  }

  /** Whether a queued task may be claimed now, and since or until when. */
  async findQueued(
    tx: Transaction,
    taskId: string,
  ): Promise<{ ready: boolean; available_at: Date } | undefined> {
    const [row] = await tx.rows<{ ready: boolean; available_at: Date }>(
      'select ready, available_at from task_queue where task_id = ?',
      [taskId],
    );
    return row;
  }
}
