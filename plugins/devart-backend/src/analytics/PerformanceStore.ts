import type { Transaction } from '../database/Transaction';
import type { Period } from './periodOf';

/** Tasks that ended, by how. */
export interface EndedRow {
  succeeded: number;
  failed: number;
  cancelled: number;
  rejected: number;
}

/** Attempts that ended. */
export interface AttemptsRow {
  attempts: number;
  retries: number;
  waiting_p50: number | null;
  waiting_p95: number | null;
  running_p50: number | null;
  running_p95: number | null;
}

/** Attempts of an agent that ended. */
export interface AgentRow {
  agent_id: string;
  agent_name: string;
  attempts: number;
  succeeded: number;
  failed: number;
  lost: number;
  running_p50: number | null;
  running_p95: number | null;
  busy: number;
}

/** What is asked for. */
export interface PerformanceFilter extends Period {
  type?: string;
}

/**
 * Tasks whose last end lies in the period. Nothing of a task that its end
 * changes is indexed: they are found over the attempts and the transitions that
 * ended them.
 */
const ENDED = `
  select t.id, t.type, t.status, t.finished_at from (
    select task_id from task_attempts where organization_id = ? and finished_at >= ? and finished_at < ?
    union
    select task_id from task_transitions where organization_id = ?
      and id >= devart_uuid7_from(?::timestamptz - interval '1 hour') and id < devart_uuid7_from(?::timestamptz + interval '1 hour')
      and to_status in ('succeeded', 'failed', 'dead_letter', 'cancelled', 'rejected')
  ) found join tasks t on t.id = found.task_id
  where t.organization_id = ? and t.finished_at >= ? and t.finished_at < ? and (?::text is null or t.type = ?)`;

const ENDED_COUNTS = `
  (count(*) filter (where status = 'succeeded'))::int as succeeded,
  (count(*) filter (where status in ('failed', 'dead_letter')))::int as failed,
  (count(*) filter (where status = 'cancelled'))::int as cancelled,
  (count(*) filter (where status = 'rejected'))::int as rejected`;

/** Attempts that ended in the period, with their tasks. */
const ATTEMPTS = `
  select a.agent_id, a.agent_name, a.outcome, t.type,
    extract(epoch from a.finished_at - a.started_at)::double precision as running,
    case when a.attempt = 1 then extract(epoch from a.started_at - t.created_at)::double precision end as waiting,
    a.outcome in ('failed', 'lost') and not (t.attempt = a.attempt and t.finished_at is not null) as retried
  from task_attempts a join tasks t on t.id = a.task_id
  where a.organization_id = ? and a.finished_at >= ? and a.finished_at < ? and (?::text is null or t.type = ?)`;

const RUNNING_TIMES = `
  percentile_cont(0.5) within group (order by running) filter (where outcome = 'succeeded') as running_p50,
  percentile_cont(0.95) within group (order by running) filter (where outcome = 'succeeded') as running_p95`;

function endedBindings(organizationId: string, filter: PerformanceFilter) {
  const scope = [organizationId, filter.from, filter.to];
  const type = filter.type ?? null;
  return [...scope, ...scope, ...scope, type, type];
}

function attemptBindings(organizationId: string, filter: PerformanceFilter) {
  const type = filter.type ?? null;
  return [organizationId, filter.from, filter.to, type, type];
}

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

  /** Of all, of each type, and of each day, which are known by their beginnings. */
  async ended(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
    days: readonly Date[],
  ): Promise<(EndedRow & { type: string | null; day: number | null })[]> {
    return tx.rows(
      `with ended as (select type, status, width_bucket(finished_at, ?::timestamptz[]) as day from (${ENDED}) e)
       select type, day, ${ENDED_COUNTS} from ended group by grouping sets ((), (type), (day))`,
      [days, ...endedBindings(organizationId, filter)],
    );
  }

  /** Of all, and of each type. */
  async attempts(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
  ): Promise<(AttemptsRow & { type: string | null })[]> {
    return tx.rows(
      `with ended as (${ATTEMPTS})
       select type, count(*)::int as attempts, (count(*) filter (where retried))::int as retries,
         percentile_cont(0.5) within group (order by waiting) as waiting_p50,
         percentile_cont(0.95) within group (order by waiting) as waiting_p95, ${RUNNING_TIMES}
       from ended group by grouping sets ((), (type))`,
      attemptBindings(organizationId, filter),
    );
  }

  /** Agents with most attempts first. */
  async agents(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
    limit: number,
  ): Promise<AgentRow[]> {
    return tx.rows(
      `with ended as (${ATTEMPTS})
       select agent_id, coalesce((select name from agents g where g.id = agent_id), max(agent_name)) as agent_name,
         count(*)::int as attempts, (count(*) filter (where outcome = 'succeeded'))::int as succeeded,
         (count(*) filter (where outcome = 'failed'))::int as failed,
         (count(*) filter (where outcome = 'lost'))::int as lost, ${RUNNING_TIMES}, sum(running) as busy
       from ended group by agent_id order by attempts desc, agent_id limit ?`,
      [...attemptBindings(organizationId, filter), limit],
    );
  }

  /** What was spent on tasks in the period: in all, and by type, agent and day. */
  async spent(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
    days: readonly Date[],
  ): Promise<
    {
      type: string | null;
      agent_id: string | null;
      day: number | null;
      /** By what the row is told apart; by nothing, for all. */
      told_by: 'all' | 'type' | 'agent' | 'day';
      cost: number;
    }[]
  > {
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
