import type { Transaction } from '../database/Transaction';

/** What an approval of an increase is about. */
export interface PauseRow {
  approval_id: string;
  organization_id: string;
  budget_id: string;
}

/** A task that waits for budget, with what was known when it began to wait. */
export interface OpenPauseRow extends PauseRow {
  task_id: string;
  /** What the next charge needs. */
  needed_micros: string;
  /** What it takes to finish, at least the next charge. */
  expected_micros: string;
  /** What the budget had left. */
  left_micros: string;
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

  /** Tasks that wait, in the order in which they began to. */
  async open(tx: Transaction): Promise<OpenPauseRow[]> {
    return tx.rows<OpenPauseRow>(
      `select p.approval_id, p.organization_id, p.budget_id, a.subject_id as task_id, n.needed as needed_micros,
         greatest(n.needed, (a.action ->> 'estimateToFinishMicros')::bigint) as expected_micros,
         (a.action ->> 'limitMicros')::bigint - (a.action ->> 'usedMicros')::bigint as left_micros
       from approvals a join budget_pauses p on p.approval_id = a.id
       cross join lateral (select greatest(1, (a.action ->> 'neededMicros')::bigint) as needed) n
       where a.status = 'pending' and a.subject_kind = 'task' order by a.id`,
    );
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
