import type { CostFlag } from '@devart/plugin-devart-common';
import type { FlagRow } from './FlagStore';

/** A flagged task as it is answered. */
export function toCostFlag(row: FlagRow): CostFlag {
  return {
    taskId: row.task_id,
    title: row.title ?? undefined,
    type: row.type,
    agent: row.agent_id
      ? { id: row.agent_id, name: row.agent_name ?? row.agent_id }
      : undefined,
    model: row.model ?? undefined,
    costMicros: row.cost,
    medianMicros: row.median,
    thresholdMicros: row.threshold,
    score: row.score,
    samples: row.samples,
    flaggedAt: row.flagged_at.toISOString(),
    status: row.status,
    reviewedBy: row.reviewed_by ?? undefined,
    reviewedAt: row.reviewed_at?.toISOString(),
    comment: row.comment ?? undefined,
  };
}
