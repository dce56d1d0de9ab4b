import type { StepStatus } from '@devart/plugin-devart-common';

/** What expressions see of a step that ended before. */
export interface StepScope {
  status: StepStatus;
  /** The list of the outputs in order for a step with a matrix; missing when the step was skipped or failed. */
  outputs?: unknown;
  error?: string;
}

/**
 * Everything that the expressions of a run can see. Values are JSON; they are
 * read, never changed.
 */
export interface RunScope {
  parameters: Record<string, unknown>;
  run: {
    id: string;
    number: number;
    startedBy: string;
    /** ISO 8601. */
    startedAt: string;
    workflow: string;
    version: string;
    entityRef?: string;
  };
  trigger: { type: string; data: Record<string, unknown> };
  /** By the id of the step; those that have ended. */
  steps: Record<string, StepScope>;
  /** The values of this combination, in steps with a matrix. */
  matrix?: Record<string, unknown>;
  /** What the step's action came to, in `outputs` of a step. */
  result?: unknown;
  /** The event, in conditions on events. */
  event?: unknown;
  /** Whether somebody cancelled the run: `cancelled()`. */
  cancelled?: boolean;
}

/** Names that expressions may begin with. */
export const SCOPE_ROOTS = [
  'parameters',
  'run',
  'trigger',
  'steps',
  'matrix',
  'result',
  'event',
] as const;

/** A name that expressions may begin with. */
export type ScopeRoot = (typeof SCOPE_ROOTS)[number];

/** What `run` has. */
export const RUN_KEYS = [
  'id',
  'number',
  'startedBy',
  'startedAt',
  'workflow',
  'version',
  'entityRef',
] as const;

/** What `trigger` has. */
export const TRIGGER_KEYS = ['type', 'data'] as const;

/** What `steps.<id>` has. */
export const STEP_KEYS = ['status', 'outputs', 'error'] as const;
