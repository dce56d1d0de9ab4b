import { z } from 'zod';
import { statusFromAlias } from './statusAliases';

/** Every status a task can have, in the order in which people read them. */
export const TASK_STATUSES = [
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
  'rejected',
  'dead_letter',
] as const;

/** Where a task stands. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Why a task that is neither queued nor running does not go on. */
export const WAITING_REASONS = [
  'approval',
  'budget',
  'input',
  'dependency',
] as const;

/** Why a task waits. */
export type WaitingReason = (typeof WAITING_REASONS)[number];

/** Statuses that a task leaves only by being requeued. */
export const FINAL_TASK_STATUSES: readonly TaskStatus[] = [
  'succeeded',
  'failed',
  'cancelled',
  'rejected',
  'dead_letter',
];

/**
 * The moves a person may make, from status to statuses. What only an agent or
 * the control plane does (claim, complete, retry, lose a lease) is not here.
 */
export const LEGAL_MOVES: Readonly<Record<TaskStatus, readonly TaskStatus[]>> =
  {
    queued: ['waiting', 'cancelled'],
    running: ['cancelled'],
    waiting: ['queued', 'cancelled', 'rejected'],
    succeeded: [],
    failed: ['queued'],
    cancelled: ['queued'],
    rejected: ['queued'],
    dead_letter: ['queued', 'cancelled'],
  };

/** Whether the task has come to its end. */
export function isFinalStatus(status: TaskStatus): boolean {
  return FINAL_TASK_STATUSES.includes(status);
}

/** Whether a person may move a task from one status to the other. */
export function isLegalMove(from: TaskStatus, to: TaskStatus): boolean {
  return LEGAL_MOVES[from].includes(to);
}

/** Accepts the canonical words and the older spellings of `statusAliases.ts`. */
export const taskStatusSchema = z.preprocess(
  statusFromAlias,
  z.enum(TASK_STATUSES),
);
