import type { Transaction } from '../database/Transaction';
import type { Period } from './periodOf';

/** Tasks that ended, by how. */
export interface EndedRow {
  type: string | null;
  /** From 1. */
  day: number | null;
  succeeded: number;
  failed: number;
  cancelled: number;
  rejected: number;
}

/** The two quantiles that are told of times, in seconds; nothing where there is no time. */
export type Times = [p50: number, p95: number] | null;

/** Attempts that ended, and the tasks that ended with them. */
export interface AttemptsRow extends EndedRow {
  agent_id: string | null;
  agent_name: string;
  attempts: number;
  retries: number;
  waiting: Times;
  running: Times;
  busy: number;
  attempts_succeeded: number;
  attempts_failed: number;
  attempts_lost: number;
}

/** What was spent, in all or told apart by one thing. */
export interface SpentRow {
  type: string | null;
  agent_id: string | null;
  day: number | null;
  told_by: 'all' | 'type' | 'agent' | 'day';
  cost: number;
}

/** What is asked for. */
export interface PerformanceFilter extends Period {
  type?: string;
}

const COUNTS = `
  (count(*) filter (where ended_as = 'succeeded'))::int as succeeded,
  (count(*) filter (where ended_as in ('failed', 'dead_letter')))::int as failed,
  (count(*) filter (where ended_as = 'cancelled'))::int as cancelled,
  (count(*) filter (where ended_as = 'rejected'))::int as rejected`;

/**
 * Attempts that ended in the period, and how their tasks ended if that was the
 * last attempt and the end of the task lies in the period, too.
 */
const ATTEMPTS = `
  select a.agent_id, a.agent_name, a.outcome, t.type, e.ended_as,
    width_bucket(case when e.ended_as is null then a.finished_at else t.finished_at end, ?::timestamptz[]) as day,
    extract(epoch from a.finished_at - a.started_at)::double precision as running,
    case when a.attempt = 1 then extract(epoch from a.started_at - t.created_at)::double precision end as waiting,
    a.outcome in ('failed', 'lost') and not (t.attempt = a.attempt and t.finished_at is not null) as retried
  from task_attempts a join tasks t on t.id = a.task_id
  cross join lateral (select case when t.attempt = a.attempt and t.finished_at >= ? and t.finished_at < ?
    then t.status end as ended_as) e
  where a.organization_id = ? and a.finished_at >= ? and a.finished_at < ? and (?::text is null or t.type = ?)`;

/**
 * Tasks that ended in the period without an attempt that did: those that were
 * cancelled in the queue, or rejected while they waited. Their ends are not
 * indexed; the transitions that ended them are found by their ids.
 */
const WITHOUT_ATTEMPT = `
  select t.type, t.status as ended_as, width_bucket(t.finished_at, ?::timestamptz[]) as day
  from (select distinct task_id from task_transitions where organization_id = ?
    and id >= devart_uuid7_from(?::timestamptz - interval '1 hour') and id < devart_uuid7_from(?::timestamptz + interval '1 hour')
    and to_status in ('succeeded', 'failed', 'dead_letter', 'cancelled', 'rejected')) r
  join tasks t on t.id = r.task_id
  where t.organization_id = ? and t.finished_at >= ? and t.finished_at < ? and (?::text is null or t.type = ?)
    and not exists (select 1 from task_attempts a where a.task_id = t.id and a.attempt = t.attempt
      and a.finished_at >= ? and a.finished_at < ?)`;

/** The SQL of how tasks and agents did. It reads over the tables of several domains, and writes to none. */
export class PerformanceStore {
  async countCreated(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
  ): Promise<number> {
    const type = filter.type ?? null;
    const [row] = await tx.rows<{ created: number }>(
      // Ids tell the time by the clock of whoever made them: about when, not exactly.
      `select count(*)::int as created from tasks
       where organization_id = ? and id >= devart_uuid7_from(?::timestamptz - interval '1 day')
         and id < devart_uuid7_from(?::timestamptz + interval '1 day')
         and created_at >= ? and created_at < ? and (?::text is null or type = ?)`,
      [
        organizationId,
        filter.from,
        filter.to,
        filter.from,
        filter.to,
        type,
        type,
      ],
    );
    return row.created;
  }

  /**
   * Attempts and the tasks that ended with them: in all and, when asked for, by
   * type, agent and day.
   *
   * @param days - when each day begins; empty for the whole alone
   */
  async attempts(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
    days: readonly Date[],
  ): Promise<AttemptsRow[]> {
    const { from, to } = filter;
    const type = filter.type ?? null;
    const apart = days.length > 0;
    return tx.rows<AttemptsRow>(
      `with ended as (${ATTEMPTS})
       select ${apart ? 'type, agent_id, day' : 'null as type, null as agent_id, null as day'},
         max(agent_name) as agent_name, ${COUNTS},
         count(*)::int as attempts, (count(*) filter (where retried))::int as retries,
         percentile_cont(array[0.5, 0.95]) within group (order by waiting) as waiting,
         percentile_cont(array[0.5, 0.95]) within group (order by running) filter (where outcome = 'succeeded') as running,
         coalesce(sum(running), 0) as busy,
         (count(*) filter (where outcome = 'succeeded'))::int as attempts_succeeded,
         (count(*) filter (where outcome = 'failed'))::int as attempts_failed,
         (count(*) filter (where outcome = 'lost'))::int as attempts_lost
       from ended ${apart ? 'group by grouping sets ((), (type), (agent_id), (day))' : ''}`,
      [days, from, to, organizationId, from, to, type, type],
    );
  }

  /** Tasks that ended otherwise, by type and day. */
  async endedWithoutAttempt(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
    days: readonly Date[],
  ): Promise<EndedRow[]> {
    const { from, to } = filter;
    const type = filter.type ?? null;
    return tx.rows<EndedRow>(
      `select type, day, ${COUNTS} from (${WITHOUT_ATTEMPT}) ended group by type, day`,
      [
        days,
        organizationId,
        from,
        to,
        organizationId,
        from,
        to,
        type,
        type,
        from,
        to,
      ],
    );
  }

  /** What agents are called now. */
  async agentNames(
    tx: Transaction,
    organizationId: string,
    ids: readonly string[],
  ): Promise<Map<string, string>> {
    const rows = await tx.rows<{ id: string; name: string }>(
      'select id, name from agents where organization_id = ? and id = any(?::uuid[])',
      [organizationId, ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** What was spent on tasks in the period: in all, and by type, agent and day. */
  async spent(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
    days: readonly Date[],
  ): Promise<SpentRow[]> {
    const type = filter.type ?? null;
    return tx.rows(
      `with spent as (
         select task_id, agent_id, width_bucket(at, ?::timestamptz[]) as day, sum(amount_micros) as cost
         from ledger_entries
         where organization_id = ? and at >= ? and at < ? and task_id is not null group by 1, 2, 3
       )
       select t.type, s.agent_id, s.day, sum(s.cost)::double precision as cost,
         case grouping(t.type, s.agent_id, s.day) when 7 then 'all' when 3 then 'type' when 5 then 'agent' else 'day' end
           as told_by
       from spent s left join tasks t on t.id = s.task_id
       where ?::text is null or t.type = ?
       group by grouping sets ((), (t.type), (s.agent_id), (s.day))`,
      [days, organizationId, filter.from, filter.to, type, type],
    );
  }

  /** All that the tasks ever cost that succeeded in the period: in all, and by type. */
  async completedCost(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
  ): Promise<{ type: string | null; cost: number }[]> {
    const type = filter.type ?? null;
    return tx.rows(
      `select type, coalesce(sum(cost_micros), 0)::double precision as cost from task_costs
       where organization_id = ? and finished_at >= ? and finished_at < ? and status = 'succeeded'
         and cost_micros > 0 and type is not null and (?::text is null or type = ?)
       group by grouping sets ((), (type))`,
      [organizationId, filter.from, filter.to, type, type],
    );
  }
}
