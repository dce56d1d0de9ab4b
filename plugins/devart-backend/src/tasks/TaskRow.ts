import {
  TASK_PRIORITIES,
  type Task,
  type TaskPriority,
  type TaskStatus,
  type TaskSummary,
  type WaitingReason,
} from '@devart/plugin-devart-common';
import type { NewTask } from './NewTask';

/** A row of `tasks` as lists read it. */
export interface TaskSummaryRow {
  id: string;
  title: string;
  type: string;
  status: TaskStatus;
  waiting_reason: WaitingReason | null;
  priority: number;
  capabilities: string[];
  entity_ref: string | null;
  agent_id: string | null;
  agent_name: string | null;
  attempt: number;
  max_attempts: number;
  parent_id: string | null;
  run_id: string | null;
  successors: number;
  progress_percent: number | null;
  progress_message: string | null;
  last_error: string | null;
  run_after: Date | null;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  cost_micros: string;
  version: number;
}

/** A row of `tasks` with everything. */
export interface TaskRow extends TaskSummaryRow {
  description: string;
  input: Record<string, unknown>;
  output: Record<string, unknown> | null;
  idempotency_key: string | null;
  traceparent: string | null;
}

/** The row of a task that was just made. */
export function toNewRow(
  task: NewTask,
  createdBy: string,
  createdAt: Date,
): TaskRow {
  return {
    id: task.id,
    title: task.title,
    description: task.description,
    type: task.type,
    status: 'queued',
    waiting_reason: null,
    priority: task.priority,
    capabilities: [...task.capabilities],
    entity_ref: task.entityRef ?? null,
    agent_id: null,
    agent_name: null,
    attempt: 0,
    max_attempts: task.maxAttempts,
    parent_id: task.parentId ?? null,
    run_id: task.run?.id ?? null,
    successors: 0,
    progress_percent: null,
    progress_message: null,
    last_error: null,
    run_after: task.runAfter === undefined ? null : new Date(task.runAfter),
    input: task.input,
    output: null,
    idempotency_key: task.idempotencyKey ?? null,
    traceparent: task.traceparent ?? null,
    created_by: createdBy,
    created_at: createdAt,
    updated_at: createdAt,
    started_at: null,
    finished_at: null,
    cost_micros: '0',
    version: 1,
  };
}

/** The priority that a rank stands for. */
export function priorityOfRank(rank: number): TaskPriority {
  return TASK_PRIORITIES[rank];
}

/** A row as the contract answers it in lists. */
export function toTaskSummary(row: TaskSummaryRow): TaskSummary {
  return {
    id: row.id,
    title: row.title,
    type: row.type,
    status: row.status,
    waitingReason: row.waiting_reason ?? undefined,
    priority: priorityOfRank(row.priority),
    capabilities: row.capabilities,
    entityRef: row.entity_ref ?? undefined,
    agent:
      row.agent_id && row.agent_name
        ? { id: row.agent_id, name: row.agent_name }
        : undefined,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    parentId: row.parent_id ?? undefined,
    runId: row.run_id ?? undefined,
    successors: row.successors,
    progress:
      row.progress_percent === null
        ? undefined
        : {
            percent: row.progress_percent,
            message: row.progress_message ?? undefined,
          },
    lastError: row.last_error ?? undefined,
    runAfter: row.run_after?.toISOString(),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    startedAt: row.started_at?.toISOString(),
    finishedAt: row.finished_at?.toISOString(),
    costMicros: Number(row.cost_micros),
    version: row.version,
  };
}

/** A row as the contract answers it. */
export function toTask(row: TaskRow): Task {
  return {
    ...toTaskSummary(row),
    description: row.description,
    input: row.input,
    output: row.output ?? undefined,
    idempotencyKey: row.idempotency_key ?? undefined,
    traceparent: row.traceparent ?? undefined,
  };
}
