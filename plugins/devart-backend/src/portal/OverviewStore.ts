import type { TaskPriority, TaskStatus } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';

/**
 * The SQL of what the command centre shows. It reads over the tables of several
 * domains, and writes to none.
 */
export class OverviewStore {
  async countTasks(
    tx: Transaction,
    organizationId: string,
  ): Promise<Partial<Record<TaskStatus, number>>> {
    const rows = await tx.rows<{ status: TaskStatus; count: number }>(
      `select resting as status, count(*)::int as count from tasks
       where organization_id = ? and resting in ('waiting', 'dead_letter') group by resting
       union all
       select 'running', count(*)::int from task_leases where organization_id = ?`,
      [organizationId, organizationId],
    );
    return Object.fromEntries(rows.map(row => [row.status, row.count]));
  }

  async queue(tx: Transaction, organizationId: string) {
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
       where q.organization_id = ? group by t.priority`,
      [organizationId],
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
  ): Promise<{ capabilities: string[]; queued: number }[]> {
    return tx.rows(
      `select s.capabilities, q.queued from (
         select capability_set_id, count(*)::int as queued from task_queue
         where organization_id = ? and ready group by capability_set_id) q
       join capability_sets s on s.id = q.capability_set_id
       where not exists (select 1 from agents a
         where a.organization_id = s.organization_id and a.activation = 'active'
           and a.capabilities @> s.capabilities)
       order by q.queued desc limit 20`,
      [organizationId],
    );
  }

  /** Tasks that ended in each of the last 24 hours, oldest first. */
  async throughput(
    tx: Transaction,
    organizationId: string,
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
         group by 1) ended on ended.hour = hours.hour
       order by hours.hour`,
      [organizationId],
    );
  }
}
