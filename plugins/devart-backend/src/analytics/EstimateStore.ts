import type { CostEstimate } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';
import type { Period } from './periodOf';

/** What a finished task has cost. */
export interface SampleRow {
  micros: number;
  model: string | null;
  agent_id: string | null;
  succeeded: boolean;
}

/** How estimates compare with what tasks did cost. */
export interface CalibrationRow {
  samples: number;
  cost: number;
  expected: number;
  /** How many lay in the intervals, in the order of their levels. */
  inside: number[];
}

/** Tasks of a tenth by what they were expected to cost. */
export interface CalibrationBucketRow {
  samples: number;
  least: number;
  most: number;
  expected: number;
  actual: number;
}

/** An estimate of a task that has not run yet. */
export interface NewEstimate {
  taskId: string;
  type: string;
  estimate: CostEstimate;
}

const ENDED = `status in ('succeeded', 'failed', 'dead_letter') and finished_at is not null and cost_micros > 0`;

/** Estimates of tasks that finished in a period, with what the tasks did cost. */
const COMPARED = `
  select e.*, c.cost_micros from cost_estimates e
  join task_costs c on c.organization_id = e.organization_id and c.task_id = e.task_id
  where c.organization_id = ? and c.finished_at >= ? and c.finished_at < ? and (?::text is null or c.type = ?)
    and c.status in ('succeeded', 'failed', 'dead_letter') and c.cost_micros > 0`;

function pgArray(numbers: readonly number[]): string {
  return `{${numbers.join(',')}}`;
}

/** The SQL of what tasks are expected to cost. */
export class EstimateStore {
  /** Finished tasks that cost something, the latest first; of a type, or of all. */
  async samples(
    tx: Transaction,
    organizationId: string,
    type: string | undefined,
    limit: number,
  ): Promise<SampleRow[]> {
    return tx.rows<SampleRow>(
      `select cost_micros::double precision as micros, model, agent_id, status = 'succeeded' as succeeded
       from task_costs where organization_id = ? ${type === undefined ? '' : 'and type = ?'} and ${ENDED}
       order by finished_at desc limit ?`,
      type === undefined
        ? [organizationId, limit]
        : [organizationId, type, limit],
    );
  }

  async insert(
    tx: Transaction,
    organizationId: string,
    estimates: readonly NewEstimate[],
  ): Promise<void> {
    await tx.hotRows(
      `insert into cost_estimates (organization_id, task_id, type, expected_micros, median_micros, low_micros, high_micros,
         rests_on, samples, method)
       select ?, task_id, type, expected, median, low::bigint[], high::bigint[], rests_on, samples, method
       from unnest(?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::int[], ?::text[])
         as n (task_id, type, expected, median, low, high, rests_on, samples, method)
       on conflict do nothing`,
      [
        organizationId,
        estimates.map(({ taskId }) => taskId),
        estimates.map(({ type }) => type),
        estimates.map(({ estimate }) => estimate.expectedMicros),
        estimates.map(({ estimate }) => estimate.medianMicros),
        estimates.map(({ estimate }) =>
          pgArray(estimate.intervals.map(({ lowMicros }) => lowMicros)),
        ),
        estimates.map(({ estimate }) =>
          pgArray(estimate.intervals.map(({ highMicros }) => highMicros)),
        ),
        estimates.map(({ estimate }) => estimate.group),
        estimates.map(({ estimate }) => estimate.samples),
        estimates.map(({ estimate }) => estimate.method),
      ],
    );
  }

  /** What a task was expected to cost before it ran. */
  async expectedOf(
    tx: Transaction,
    organizationId: string,
    taskId: string,
  ): Promise<number | undefined> {
    const [row] = await tx.rows<{ expected: number }>(
      `select expected_micros::double precision as expected from cost_estimates
       where organization_id = ? and task_id = ?`,
      [organizationId, taskId],
    );
    return row?.expected;
  }

  async calibration(
    tx: Transaction,
    organizationId: string,
    filter: Period & { type?: string },
  ): Promise<{ all: CalibrationRow; buckets: CalibrationBucketRow[] }> {
    const type = filter.type ?? null;
    const bindings = [organizationId, filter.from, filter.to, type, type];
    const [all] = await tx.rows<CalibrationRow>(
      `select count(*)::int as samples, coalesce(sum(cost_micros), 0)::double precision as cost,
         coalesce(sum(expected_micros), 0)::double precision as expected,
         array[count(*) filter (where cost_micros between low_micros[1] and high_micros[1]),
           count(*) filter (where cost_micros between low_micros[2] and high_micros[2]),
           count(*) filter (where cost_micros between low_micros[3] and high_micros[3])]::int[] as inside
       from (${COMPARED}) compared`,
      bindings,
    );
    const buckets = await tx.rows<CalibrationBucketRow>(
      `select count(*)::int as samples, min(expected_micros)::double precision as least,
         max(expected_micros)::double precision as most, round(avg(expected_micros))::double precision as expected,
         round(avg(cost_micros))::double precision as actual
       from (select *, ntile(10) over (order by expected_micros, task_id) as tenth from (${COMPARED}) compared) tenths
       group by tenth order by tenth`,
      bindings,
    );
    return { all, buckets };
  }
}
