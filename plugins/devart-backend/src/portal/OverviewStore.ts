import type { TaskPriority, TaskStatus } from '@devart/plugin-devart-common';
import type { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** Whether the task that a column names may be seen. */
function seen(visible: Conditions | undefined, column: string): string {
  return visible
    ? `exists (select 1 from tasks t where t.id = ${column} and ${visible.sql})`
    : 'true';
}

/**
 * The SQL of what the command centre shows. It reads over the tables of several
 * domains, and writes to none. What the caller may see is a condition on the
 * task `t`; without it all of them are counted, without looking at each.
 */
export class OverviewStore {
  async countTasks(
    tx: Transaction,
    organizationId: string,
    visible?: Conditions,
  ): Promise<Partial<Record<TaskStatus, number>>> {
    const running = seen(visible, 'l.task_id');
    const resting = visible?.sql ?? 'true';
    const rows = await tx.rows<{ status: TaskStatus; count: number }>(
      `select t.resting as status, count(*)::int as count from tasks t
       where t.organization_id = ? and t.resting in ('waiting', 'dead_letter') and ${resting} group by t.resting
       union all
       select 'running', count(*)::int from task_leases l where l.organization_id = ? and ${running}`,
      [
        organizationId,
        ...(visible?.bindings ?? []),
        organizationId,
        ...(visible?.bindings ?? []),
      ],
    );
    return Object.fromEntries(rows.map(row => [row.status, row.count]));
  }

  async queue(tx: Transaction, organizationId: string, visible?: Conditions) {
    const rows = await tx.rows<{
      priority: number;
      ready: number;
      scheduled: number;
      oldest: Date | null;
    }>(
      `select t.priority, count(*) filter (where q.ready)::int as ready,
         count(*) filter (where not q.ready)::int as scheduled,
         min(t.created_at) filter (where q.ready) as oldest
       from task_queue q join tasks t on t.id = q.task_id
       where q.organization_id = ? and ${visible?.sql ?? 'true'} group by t.priority`,
      [organizationId, ...(visible?.bindings ?? [])],
    );
    const names: TaskPriority[] = ['critical', 'high', 'medium', 'low'];
    const byPriority = { critical: 0, high: 0, medium: 0, low: 0 };
    let scheduled = 0;
    let oldest: Date | undefined;
    for (const row of rows) {
      byPriority[names[row.priority]] = row.ready;
      scheduled += row.scheduled;
      if (row.oldest && (!oldest || row.oldest < oldest)) {
        oldest = row.oldest;
      }
    }
    return { byPriority, scheduled, oldest };
  }

  /** Sets of capabilities that queued tasks need and no active agent has. */
  async unserved(
    tx: Transaction,
    organizationId: string,
    visible?: Conditions,
  ): Promise<{ capabilities: string[]; queued: number }[]> {
    return tx.rows(
      `select s.capabilities, q.queued from (
         select capability_set_id, count(*)::int as queued from task_queue w
         where w.organization_id = ? and w.ready and ${seen(visible, 'w.task_id')} group by capability_set_id) q
       join capability_sets s on s.id = q.capability_set_id
       where not exists (select 1 from agents a
         where a.organization_id = s.organization_id and a.activation = 'active'
           and a.capabilities @> s.capabilities)
       order by q.queued desc limit 20`,
      [organizationId, ...(visible?.bindings ?? [])],
    );
  }

  /** Tasks that ended in each of the last 24 hours, oldest first. */
  async throughput(
    tx: Transaction,
    organizationId: string,
    visible?: Conditions,
  ): Promise<{ hour: Date; succeeded: number; failed: number }[]> {
    return tx.rows(
      `select hours.hour, coalesce(ended.succeeded, 0)::int as succeeded, coalesce(ended.failed, 0)::int as failed
       from generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()),
         interval '1 hour') as hours (hour)
       left join (
         select date_trunc('hour', a.finished_at) as hour,
           count(*) filter (where a.outcome = 'succeeded') as succeeded,
           count(*) filter (where t.status in ('failed', 'dead_letter')) as failed
         from task_attempts a
         left join tasks t on a.outcome in ('failed', 'lost') and t.id = a.task_id and t.attempt = a.attempt
         where a.organization_id = ? and a.finished_at > date_trunc('hour', now()) - interval '23 hours'
           and ${seen(visible, 'a.task_id')}
         group by 1) ended on ended.hour = hours.hour
       order by hours.hour`,
      [organizationId, ...(visible?.bindings ?? [])],
    );
  }
}
