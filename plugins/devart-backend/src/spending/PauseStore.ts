import type { Transaction } from '../database/Transaction';

/** What an approval of an increase is about. */
export interface PauseRow {
  approval_id: string;
  organization_id: string;
  budget_id: string;
}

/** What a task has cost, and what tasks like it cost. */
export interface TaskCosts {
  /** What it has cost so far. */
  spent: string;
  /** The median of the last succeeded tasks of its type that cost anything; nothing when there are none. */
  usual: string | null;
}

/** The SQL of tasks that wait for budget. */
export class PauseStore {
  async insert(tx: Transaction, pause: PauseRow): Promise<void> {
    await tx.run(
      'insert into budget_pauses (approval_id, organization_id, budget_id) values (?, ?, ?)',
      [pause.approval_id, pause.organization_id, pause.budget_id],
    );
  }

  async find(
    tx: Transaction,
    approvalId: string,
  ): Promise<PauseRow | undefined> {
    const [row] = await tx.rows<PauseRow>(
      'select approval_id, organization_id, budget_id from budget_pauses where approval_id = ?',
      [approvalId],
    );
    return row;
  }

  async costsOf(
    tx: Transaction,
    organizationId: string,
    taskId: string,
  ): Promise<TaskCosts> {
    const [row] = await tx.rows<TaskCosts>(
      `with likes as (
         select t.id from task_attempts r join tasks t on t.id = r.task_id
         where t.organization_id = ? and r.ended_as = 'succeeded' and t.status = 'succeeded'
           and t.type = (select type from tasks where id = ?)
         order by r.task_id desc limit 100
       ),
       costs as (
         select sum(e.amount_micros) as micros from ledger_entries e join likes l on l.id = e.task_id group by e.task_id
       )
       select (select coalesce(sum(amount_micros), 0) from ledger_entries where task_id = ?) as spent,
         (select percentile_disc(0.5) within group (order by micros) from costs) as usual`,
      [organizationId, taskId, taskId],
    );
    return row;
  }
}
