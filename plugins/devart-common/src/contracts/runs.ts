import { z } from 'zod';
import { WAITING_REASONS } from '../model/statuses';
import { RUN_STATUSES, STEP_STATUSES } from '../model/runStatuses';
import { jsonObject, text } from '../model/text';
import { semverSchema, SIDE_EFFECTS, STEP_TYPES } from '../model/workflowSpec';
import {
  runUpdatePermission,
  runReadPermission,
  workflowRunPermission,
} from '../permissions/permissions';
import { RESOURCE_TYPE_RUN } from '../permissions/resourceTypes';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  entityRefSchema,
  flagSchema,
  idSchema,
  instantSchema,
  listOf,
  pageInput,
  pageOf,
  reasonSchema,
} from './shared';

/** What started a run. */
export const RUN_TRIGGERS = [
  'manual',
  'schedule',
  'event',
  'webhook',
  'workflow',
  'resume',
] as const;

/** A run of a workflow as lists show it. */
export const runSummarySchema = z.object({
  id: idSchema,
  /** Counts the runs of the workflow from 1. */
  number: z.int(),
  /** Where people see it, below the portal's own address. */
  path: z.string(),
  workflow: z.object({
    id: idSchema,
    name: z.string(),
    title: z.string(),
    version: semverSchema,
  }),
  status: z.enum(RUN_STATUSES),
  /** What an open run waits for, in words; missing while something is being done. */
  waitingFor: z.string().optional(),
  trigger: z.enum(RUN_TRIGGERS),
  startedBy: actorSchema,
  entityRef: z.string().optional(),
  steps: z.object({
    total: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    open: z.int(),
  }),
  error: z.string().optional(),
  /** What the tasks of the run have cost, in millionths of the currency. */
  costMicros: z.int(),
  /** The run that this one resumes, and the step of the run that started this one. */
  resumedFrom: idSchema.optional(),
  parentRunId: idSchema.optional(),
  startedAt: instantSchema,
  finishedAt: instantSchema.optional(),
  version: z.int(),
});

/** A run of a workflow as lists show it. */
export type RunSummary = z.output<typeof runSummarySchema>;

/** One step of a run; a step with a matrix stands here once for each combination. */
export const runStepSchema = z.object({
  id: idSchema,
  /** Id of the step in the workflow; compensations end with `.compensate`. */
  step: z.string(),
  name: z.string(),
  type: z.enum(STEP_TYPES),
  needs: z.array(z.string()),
  /** Which combination of a matrix it is, from 0, and its values. */
  matrix: z
    .object({ index: z.int(), values: z.record(z.string(), z.unknown()) })
    .optional(),
  status: z.enum(STEP_STATUSES),
  /** Why it waits: for programs and for people. */
  waiting: z
    .object({
      reason: z.enum([
        ...WAITING_REASONS,
        'retry',
        'time',
        'event',
        'capacity',
      ]),
      message: z.string(),
    })
    .optional(),
  attempt: z.int(),
  maxAttempts: z.int(),
  sideEffect: z.enum(SIDE_EFFECTS),
  continueOnError: z.boolean(),
  compensates: z.string().optional(),
  taskId: idSchema.optional(),
  approvalId: idSchema.optional(),
  childRunId: idSchema.optional(),
  /** Taken over from the run that was resumed, not done again. */
  reused: z.boolean(),
  outputs: z.unknown().optional(),
  error: z.string().optional(),
  costMicros: z.int(),
  startedAt: instantSchema.optional(),
  finishedAt: instantSchema.optional(),
  /** When the next try or the end of a pause is due. */
  dueAt: instantSchema.optional(),
});

/** One step of a run. */
export type RunStep = z.output<typeof runStepSchema>;

/** A run with its steps. */
export const runSchema = runSummarySchema.extend({
  parameters: z.record(z.string(), z.unknown()),
  outputs: z.record(z.string(), z.unknown()).optional(),
  /** What the trigger handed over: the event, the webhook's body. */
  triggerData: z.record(z.string(), z.unknown()).optional(),
  traceparent: z.string().optional(),
  deadlineAt: instantSchema.optional(),
  stepRuns: z.array(runStepSchema),
});

/** A run with its steps. */
export type Run = z.output<typeof runSchema>;

const list = defineOperation({
  id: 'runs.list',
  title: 'List runs',
  description:
    'Runs of workflows, newest first, a page at a time, narrowed by filters.',
  method: 'GET',
  path: '/runs',
  effect: 'read',
  idempotent: true,
  callers: { people: runReadPermission },
  concerns: { type: RESOURCE_TYPE_RUN, list: true },
  input: z.strictObject({
    workflowId: idSchema.optional(),
    status: listOf(z.enum(RUN_STATUSES)).optional(),
    trigger: listOf(z.enum(RUN_TRIGGERS)).optional(),
    startedBy: text({ min: 1, max: 400 }).optional(),
    entityRef: entityRefSchema.optional(),
    parentRunId: idSchema.optional(),
    ...pageInput,
  }),
  output: pageOf(runSummarySchema),
});

const get = defineOperation({
  id: 'runs.get',
  title: 'Read a run',
  description:
    'A run with every step: state, timing, cost, outputs, and why it waits.',
  method: 'GET',
  path: '/runs/:id',
  effect: 'read',
  idempotent: true,
  callers: { people: runReadPermission },
  concerns: { type: RESOURCE_TYPE_RUN, object: 'id' },
  input: z.strictObject({ id: idSchema }),
  output: runSchema,
});

const cancel = defineOperation({
  id: 'runs.cancel',
  title: 'Cancel a run',
  description:
    'Stops a run: open steps and their tasks are cancelled, what succeeded and has a compensation is taken back.',
  method: 'POST',
  path: '/runs/:id/cancel',
  effect: 'write',
  idempotent: true,
  callers: { people: runUpdatePermission },
  concerns: { type: RESOURCE_TYPE_RUN, object: 'id' },
  input: z.strictObject({ id: idSchema, reason: reasonSchema.optional() }),
  output: runSchema,
});

const stepChoice = {
  /** The step to begin with; the first that failed unless given. Everything that depends on it is done again. */
  from: text({ min: 1, max: 63 }).optional(),
};

const resumePreview = defineOperation({
  id: 'runs.resumePreview',
  title: 'See what a resume would do',
  description:
    'What would be done again, what that means for the world, and what it is expected to cost.',
  method: 'GET',
  path: '/runs/:id/resume',
  effect: 'read',
  idempotent: true,
  callers: { people: runReadPermission },
  concerns: { type: RESOURCE_TYPE_RUN, object: 'id' },
  input: z.strictObject({ id: idSchema, ...stepChoice }),
  output: z.object({
    from: z.string(),
    version: semverSchema,
    steps: z.array(
      z.object({
        step: z.string(),
        name: z.string(),
        action: z.enum(['reuse', 'repeat', 'first-time']),
        sideEffect: z.enum(SIDE_EFFECTS),
        /** Median of the last runs of the step, in millionths of the currency; missing when there are none. */
        expectedCostMicros: z.int().optional(),
        expectedSeconds: z.number().optional(),
      }),
    ),
    expectedCostMicros: z.int().optional(),
    /** Whether something that reaches beyond the control plane would be done again. */
    repeatsExternal: z.boolean(),
  }),
});

const resume = defineOperation({
  id: 'runs.resume',
  title: 'Resume a run',
  description:
    'Starts a new run of the same version that takes over what had succeeded and does the rest. Where something external would be done again, it must be confirmed.',
  method: 'POST',
  path: '/runs/:id/resume',
  effect: 'write',
  idempotent: false,
  callers: { people: workflowRunPermission },
  concerns: { type: RESOURCE_TYPE_RUN, object: 'id' },
  input: z.strictObject({
    id: idSchema,
    ...stepChoice,
    confirmExternal: flagSchema.default(false),
    idempotencyKey: text({ min: 1, max: 200 }).optional(),
  }),
  output: runSchema,
  status: 201,
});

const sendEvent = defineOperation({
  id: 'runs.sendEvent',
  title: 'Send an event to workflows',
  description:
    'Ends the pauses of runs that wait for the event and starts workflows that it triggers. Topics of your own start with `custom.`.',
  method: 'POST',
  path: '/workflow-events',
  effect: 'write',
  idempotent: false,
  callers: { people: workflowRunPermission },
  input: z.strictObject({
    topic: text({ min: 8, max: 200 }).regex(
      /^custom\.[A-Za-z0-9][A-Za-z0-9._-]*$/,
      'must start with custom. and hold only letters, digits and . _ -',
    ),
    payload: jsonObject({ maxBytes: 64 * 1024 }).default({}),
    entityRef: entityRefSchema.optional(),
  }),
  output: z.object({ id: idSchema }),
  status: 201,
});

/** Operations on runs of workflows. */
export const runs = {
  list,
  get,
  cancel,
  resumePreview,
  resume,
  sendEvent,
};
