import type {
  Role,
  Run,
  RunStatus,
  RunStep,
  StepStatus,
} from '@devart/plugin-devart-common';

/**
 * Which part of a run is under way.
 *
 * - forward: steps are done as the workflow says; left when all have ended, when
 *   somebody cancels the run, or when it takes too long.
 * - cancelling: open steps were called off; only steps whose condition asks for
 *   it (`always()`, `cancelled()`) are still done.
 * - compensating: what had succeeded is taken back, one step at a time, in the
 *   reverse order in which it ended.
 * - ended: nothing happens any more.
 */
export type RunPhase = 'forward' | 'cancelling' | 'compensating' | 'ended';

/** A run as it is stored. Instants are milliseconds since 1970. */
export interface RunRecord {
  id: string;
  organizationId: string;
  workflowId: string;
  workflowVersion: string;
  number: number;
  status: RunStatus;
  phase: RunPhase;
  trigger: Run['trigger'];
  triggerData?: Record<string, unknown>;
  parameters: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  outcome?: Exclude<RunStatus, 'running'>;
  error?: string;
  startedBy: string;
  actsAs: string;
  actingRole: Role;
  entityRef?: string;
  idempotencyKey?: string;
  requestHash?: Buffer;
  depth: number;
  resumedFrom?: string;
  parentRunId?: string;
  parentStepId?: string;
  traceparent: string;
  deadlineAt?: number;
  waitingFor?: string;
  stepsTotal: number;
  stepsSucceeded: number;
  stepsFailed: number;
  stepsOpen: number;
  costMicros: number;
  endedSteps: number;
  startedAt: number;
  finishedAt?: number;
  version: number;
}

/** One step of a run as it is stored. Instants are milliseconds since 1970. */
export interface StepRecord {
  id: string;
  organizationId: string;
  runId: string;
  step: string;
  position: number;
  matrixIndex?: number;
  matrixValues?: Record<string, unknown>;
  status: StepStatus;
  waitingReason?: NonNullable<RunStep['waiting']>['reason'];
  waitingMessage?: string;
  openNeeds: number;
  attempt: number;
  dueAt?: number;
  timeoutAt?: number;
  heldBy?: string;
  taskId?: string;
  approvalId?: string;
  childRunId?: string;
  abandoned: boolean;
  waitTopic?: string;
  compensates?: string;
  reused: boolean;
  outputs?: unknown;
  error?: string;
  costMicros: number;
  startedAt?: number;
  finishedAt?: number;
  endedOrder?: number;
}

const ENDED: ReadonlySet<StepStatus> = new Set([
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
]);

/** Whether a step of a run has come to its end. */
export function hasEnded(step: Pick<StepRecord, 'status'>): boolean {
  return ENDED.has(step.status);
}
