import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** An attempt that runs; locked until the transaction ends. */
export interface LeaseRow {
  task_id: string;
  agent_id: string;
  attempt: number;
  started_at: Date;
  version: number;
  progress_percent: number | null;
  progress_message: string | null;
}

/** Whose running tasks are meant. */
export type Holder =
  | { agentId: string }
  | { organizationId: string }
  | { sessionIds: readonly string[] }
  | { taskIds: readonly string[] }
  /** Tasks whose session is gone: it ended while they were being claimed. */
  | { orphans: { limit: number } };

const COLUMNS =
  'task_id, agent_id, attempt, started_at, version, progress_percent, progress_message';

function conditionOf(holder: Holder): Conditions {
  const where = new Conditions();
  if ('agentId' in holder) {
    return where.add('agent_id = ?', holder.agentId);
  }
  if ('organizationId' in holder) {
    return where.add('organization_id = ?', holder.organizationId);
  }
  if ('sessionIds' in holder) {
    return where
      .add(
        'agent_id in (select agent_id from agent_sessions where id = any(?::uuid[]))',
        holder.sessionIds,
      )
      .add('session_id = any(?::uuid[])', holder.sessionIds);
  }
  return 'taskIds' in holder
    ? where.add('task_id = any(?::uuid[])', holder.taskIds)
    : where.add(
        `task_id in (select l.task_id from task_leases l
           where not exists (select 1 from agent_sessions s where s.id = l.session_id) limit ?)`,
        holder.orphans.limit,
      );
}

/** The SQL of leases: the attempts that run, and who holds them. */
export class LeaseStore {
  /** Locks the lease of a task, if it runs. */
  async lock(tx: Transaction, taskId: string): Promise<LeaseRow | undefined> {
    const [row] = await tx.hotRows<LeaseRow>(
      `select ${COLUMNS} from task_leases where task_id = ? for update`,
      [taskId],
    );
    return row;
  }

  /** Locks leases in the order of their tasks' ids. */
  async lockOf(tx: Transaction, holder: Holder): Promise<LeaseRow[]> {
    const { sql, bindings } = conditionOf(holder);
    return tx.rows<LeaseRow>(
      `select ${COLUMNS} from task_leases where ${sql} order by task_id for update`,
      bindings,
    );
  }

  /** The tasks that a session holds for longer than so many seconds, but for some. */
  async findOthers(
    tx: Transaction,
    sessionId: string,
    known: { agentId: string; taskIds: readonly string[]; seconds: number },
  ): Promise<string[]> {
    const rows = await tx.hotRows<{ task_id: string }>(
      `select task_id from task_leases
       where agent_id = ? and session_id = ? and task_id <> all(?::uuid[])
         and started_at < now() - make_interval(secs => ?::double precision)`,
      [known.agentId, sessionId, known.taskIds, known.seconds],
    );
    return rows.map(row => row.task_id);
  }

  /** Of some attempts, those that the agent does not hold, and why. */
  async findNotHeld(
    tx: Transaction,
    agentId: string,
    attempts: readonly { taskId: string; attempt: number }[],
  ): Promise<
    { taskId: string; attempt: number; reason: 'cancelled' | 'lost' }[]
  > {
    if (attempts.length === 0) {
      return [];
    }
    return tx.hotRows(
      `select named.task_id as "taskId", named.attempt,
         case when t.status = 'cancelled' and t.attempt = named.attempt then 'cancelled' else 'lost' end as reason
       from unnest(?::uuid[], ?::int[]) as named (task_id, attempt)
       left join task_leases l on l.task_id = named.task_id
       left join tasks t on t.id = named.task_id
       where not coalesce(l.attempt = named.attempt and l.agent_id = ?, false)`,
      [
        attempts.map(({ taskId }) => taskId),
        attempts.map(({ attempt }) => attempt),
        agentId,
      ],
    );
  }

  /** Answers whether the agent of the transaction holds the attempt. */
  async setProgress(
    tx: Transaction,
    taskId: string,
    attempt: number,
    progress: { percent: number; message?: string },
  ): Promise<boolean> {
    const rows = await tx.hotRows(
      `update task_leases set progress_percent = ?, progress_message = ?, updated_at = now(), version = version + 1
       where task_id = ? and attempt = ? and agent_id = devart_agent() returning 1`,
      [progress.percent, progress.message ?? null, taskId, attempt],
    );
    return rows.length > 0;
  }

  /**
   * How many of the places of some capabilities are taken: running tasks of the
   * organisation that ask for each.
   */
  async countUsing(
    tx: Transaction,
    organizationId: string,
    capabilities: readonly string[],
  ): Promise<{ capability: string; running: number }[]> {
    return tx.hotRows(
      `select c.capability, (
         select count(*)::int from task_leases l join capability_sets s on s.id = l.capability_set_id
         where l.organization_id = ? and c.capability = any(s.capabilities)) as running
       from unnest(?::text[]) as c (capability)`,
      [organizationId, capabilities],
    );
  }
}
