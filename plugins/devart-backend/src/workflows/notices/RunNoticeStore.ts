import type { Transaction } from '../../database/Transaction';

/** A run of which people are to be told that it failed, with what they want to know of it. */
export interface DueRun {
  id: string;
  organization_id: string;
  attempts: number;
  number: number;
  status: 'failed' | 'partial';
  started_by: string;
  /** Begun by another run, of which whoever started that is told. */
  is_part: boolean;
  entity_ref: string | null;
  workflow_title: string;
  workflow_owner: string | null;
  /** The steps that failed, in the order of the workflow. */
  failed_steps: string[];
}

const TAKE = `
  with taken as (
    update run_notices set due_at = now() + make_interval(secs => ?::double precision)
    where run_id = (
      select run_id from run_notices where due_at <= now()
      order by due_at, run_id limit 1 for update skip locked)
    returning *
  )
  select r.id, r.organization_id, n.attempts, r.number, r.status, r.started_by, r.parent_run_id is not null as is_part,
    r.entity_ref, w.title as workflow_title, w.owner as workflow_owner,
    array(select s.step from workflow_steps s where s.run_id = r.id and s.status = 'failed'
      group by s.step order by min(s.position)) as failed_steps
  from taken n join workflow_runs r on r.id = n.run_id join workflows w on w.id = r.workflow_id`;

/** The SQL of what people are to be told of runs. */
export class RunNoticeStore {
  /** Has people told of runs that end in this transaction. */
  async add(
    tx: Transaction,
    runs: readonly { id: string; organizationId: string }[],
  ): Promise<void> {
    await tx.run(
      `insert into run_notices (run_id, organization_id) select * from unnest(?::uuid[], ?::uuid[])`,
      [runs.map(({ id }) => id), runs.map(run => run.organizationId)],
    );
  }

  /** Takes what is due for so many seconds in which no other replica takes it. */
  async take(
    tx: Transaction,
    leaseSeconds: number,
  ): Promise<DueRun | undefined> {
    const [row] = await tx.rows<DueRun>(TAKE, [leaseSeconds]);
    return row;
  }

  /** Takes down that people were told, or that there is nothing to tell. */
  async markTold(tx: Transaction, id: string): Promise<void> {
    await tx.run('delete from run_notices where run_id = ?', [id]);
  }

  /** Takes down that people could not be told; without a time it is given up. */
  async markFailed(
    tx: Transaction,
    id: string,
    retryInSeconds: number | undefined,
  ): Promise<void> {
    if (retryInSeconds === undefined) {
      await this.markTold(tx, id);
      return;
    }
    await tx.run(
      `update run_notices set attempts = attempts + 1,
         due_at = now() + make_interval(secs => ?::double precision) where run_id = ?`,
      [retryInSeconds, id],
    );
  }
}
