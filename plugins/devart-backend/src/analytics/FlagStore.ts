import type { CostFlagStatus } from '@devart/plugin-devart-common';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** A flagged task with what is known of it. */
export interface FlagRow {
  id: string;
  task_id: string;
  title: string | null;
  type: string;
  agent_id: string | null;
  agent_name: string | null;
  model: string | null;
  cost: number;
  median: number;
  threshold: number;
  score: number;
  samples: number;
  flagged_at: Date;
  status: CostFlagStatus;
  reviewed_by: string | null;
  reviewed_at: Date | null;
  comment: string | null;
}

/** What was found among the finished tasks of a type. */
export interface FoundRow {
  type: string;
  samples: number;
  median: number;
  /** Nothing with too few samples. */
  threshold: number | null;
  flagged: number;
}

const SELECT_FLAG = `
  select f.id, f.task_id, t.title, f.type, c.agent_id, g.name as agent_name, c.model, f.cost_micros::double precision as cost,
    f.median_micros::double precision as median, f.threshold_micros::double precision as threshold, f.score, f.samples,
    f.flagged_at, f.status, f.reviewed_by, f.reviewed_at, f.comment
  from task_cost_flags f
  left join task_costs c on c.organization_id = f.organization_id and c.task_id = f.task_id
  left join tasks t on t.id = f.task_id
  left join agents g on g.id = c.agent_id`;

/** The SQL of costly tasks and of what is costly. */
export class FlagStore {
  async flagCostly(
    tx: Transaction,
    organizationId: string,
    minSamples: number,
  ): Promise<FoundRow[]> {
    return tx.rows<FoundRow>(
      `select of_type as type, samples, median_micros::double precision as median,
         threshold_micros::double precision as threshold, flagged
       from flag_costly_tasks(?, p_samples => ?)`,
      [organizationId, minSamples],
    );
  }

  async find(
    tx: Transaction,
    organizationId: string,
    taskId: string,
  ): Promise<FlagRow | undefined> {
    const [row] = await tx.rows<FlagRow>(
      `${SELECT_FLAG} where f.organization_id = ? and f.task_id = ?`,
      [organizationId, taskId],
    );
    return row;
  }

  /** Flagged last first, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: {
      status?: readonly CostFlagStatus[];
      type?: string;
      beforeId?: string;
      limit: number;
    },
  ): Promise<FlagRow[]> {
    const where = new Conditions()
      .add('f.organization_id = ?', organizationId)
      .narrow('f.status = any(?::text[])', filter.status)
      .narrow('f.type = ?', filter.type)
      .narrow('f.id < ?::uuid', filter.beforeId);
    return tx.rows<FlagRow>(
      `${SELECT_FLAG} where ${where.sql} order by f.id desc limit ?`,
      [...where.bindings, filter.limit + 1],
    );
  }

  async countOpen(tx: Transaction, organizationId: string): Promise<number> {
    const [row] = await tx.rows<{ open: number }>(
      `select count(*)::int as open from task_cost_flags where organization_id = ? and status = 'open'`,
      [organizationId],
    );
    return row.open;
  }

  /** Answers false when the task is not flagged. */
  async review(
    tx: Transaction,
    organizationId: string,
    taskId: string,
    review: { status: CostFlagStatus; comment?: string },
  ): Promise<boolean> {
    const updated = await tx.run(
      `update task_cost_flags set status = ?, comment = ?, reviewed_by = ?, reviewed_at = now()
       where organization_id = ? and task_id = ?`,
      [review.status, review.comment ?? null, tx.actor, organizationId, taskId],
    );
    return updated > 0;
  }

  async settings(
    tx: Transaction,
    organizationId: string,
  ): Promise<
    { stddev: number; updated_by: string; updated_at: Date } | undefined
  > {
    const [row] = await tx.rows<{
      stddev: number;
      updated_by: string;
      updated_at: Date;
    }>(
      `select outlier_detection_stddev as stddev, updated_by, updated_at from analytics_settings
       where organization_id = ?`,
      [organizationId],
    );
    return row;
  }

  async setStddev(
    tx: Transaction,
    organizationId: string,
    stddev: number,
  ): Promise<void> {
    await tx.run(
      `insert into analytics_settings (organization_id, outlier_detection_stddev, updated_by) values (?, ?, ?)
       on conflict (organization_id) do update set outlier_detection_stddev = excluded.outlier_detection_stddev,
         updated_by = excluded.updated_by, updated_at = now()`,
      [organizationId, stddev, tx.actor],
    );
  }
}
