/** Where a run of a workflow stands. */
export const RUN_STATUSES = [
  'running',
  'succeeded',
  'partial',
  'failed',
  'cancelled',
] as const;

/**
 * Where a run of a workflow stands.
 *
 * - running: some step is under way or waits.
 * - succeeded: every step succeeded or was skipped by its own condition.
 * - partial: it came to its end, but a step that may fail (`continueOnError`) did.
 * - failed: a step failed that may not, or the run took too long.
 * - cancelled: somebody stopped it.
 */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Where a step of a run stands. */
export const STEP_STATUSES = [
  'pending',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
] as const;

/**
 * Where a step of a run stands.
 *
 * - pending: something it needs has not ended yet.
 * - running: it is being done; a step of kind task, by an agent or in the queue.
 * - waiting: for a decision, a time, an event, or its next try.
 */
export type StepStatus = (typeof STEP_STATUSES)[number];
