import { z } from 'zod';
import { REFUSAL_REASONS } from '../model/money';
import { taskPrioritySchema, TASK_PRIORITIES } from '../model/priorities';
import {
  taskStatusSchema,
  TASK_STATUSES,
  WAITING_REASONS,
} from '../model/statuses';
import { jsonObject, text, verbatim } from '../model/text';
import {
  budgetUpdatePermission,
  taskCreatePermission,
  taskDeletePermission,
  taskReadPermission,
  taskUpdatePermission,
} from '../permissions/permissions';
import { RESOURCE_TYPE_TASK } from '../permissions/resourceTypes';
import { isTraceparent } from '../tracing/traceparent';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  amountSchema,
  attemptSchema,
  capabilitiesSchema,
  count,
  entityRefSchema,
  idSchema,
  instantSchema,
  listOf,
  nothingSchema,
  pageInput,
  pageOf,
  reasonSchema,
  searchTextSchema,
  storedCapabilitiesSchema,
  sumSchema,
} from './shared';

const KIB = 1024;

/** Largest `input` or `output` of a task, in bytes of JSON. */
export const MAX_TASK_JSON_BYTES = 256 * KIB;

/** Largest artifact, in bytes of its content. */
export const MAX_ARTIFACT_BYTES = 1024 * KIB;

const titleSchema = text({ min: 1, max: 200 });
const descriptionSchema = text({ max: 20_000 });
const taskTypeSchema = text({ min: 1, max: 63 }).regex(
  /^[a-z0-9][a-z0-9-]*$/,
  'must hold only lower-case letters, digits and dashes',
);
/**
 * What a task needs that says nothing about it. Without it, a task that asks
 * for nothing would go to any agent, such as one that can only review code.
 */
export const GENERAL_CAPABILITY = 'general';

const taskCapabilitiesSchema = capabilitiesSchema.transform(capabilities =>
  capabilities.length > 0 ? capabilities : [GENERAL_CAPABILITY],
);
const traceparentSchema = z
  .string()
  .refine(isTraceparent, { error: 'must be a W3C traceparent of version 00' });

/** Why a task is where it is although an agent might do it. */
const waitingSchema = z.object({
  /** The cause, for programs. */
  reason: z.enum([
    ...WAITING_REASONS,
    'scheduled',
    'no-agent',
    'agents-offline',
    'agents-busy',
    'agents-halted',
    'capacity',
  ]),
  /** The cause, for people. */
  message: z.string(),
});

/** What lists and boards show of a task. */
export const taskSummarySchema = z.object({
  id: idSchema,
  title: z.string(),
  type: z.string(),
  status: z.enum(TASK_STATUSES),
  waitingReason: z.enum(WAITING_REASONS).optional(),
  priority: z.enum(TASK_PRIORITIES),
  capabilities: storedCapabilitiesSchema,
  entityRef: z.string().optional(),
  agent: z.object({ id: idSchema, name: z.string() }).optional(),
  attempt: z.int(),
  maxAttempts: z.int(),
  parentId: idSchema.optional(),
  /** The run of a workflow that the task belongs to. */
  runId: idSchema.optional(),
  /** How many tasks were created as successors of this one. */
  successors: z.int(),
  progress: z
    .object({ percent: z.number(), message: z.string().optional() })
    .optional(),
  lastError: z.string().optional(),
  runAfter: instantSchema.optional(),
  createdBy: actorSchema,
  createdAt: instantSchema,
  updatedAt: instantSchema,
  startedAt: instantSchema.optional(),
  finishedAt: instantSchema.optional(),
  /** What it has cost so far, in millionths of the currency. */
  costMicros: sumSchema,
  /** Grows with every change; hints and optimistic updates refer to it. */
  version: z.int(),
});

/** A task as lists and boards show it. */
export type TaskSummary = z.output<typeof taskSummarySchema>;

/** Everything about a task but its history, logs and artifacts. */
export const taskSchema = taskSummarySchema.extend({
  description: z.string(),
  input: z.record(z.string(), z.unknown()),
  output: z.record(z.string(), z.unknown()).optional(),
  idempotencyKey: z.string().optional(),
  traceparent: z.string().optional(),
  /** What it was expected to cost before it ran, where that was known; only people see it. */
  expectedCostMicros: sumSchema.optional(),
  /** Only while the task is queued or waiting: why nobody works on it. */
  waiting: waitingSchema.optional(),
});

/** A task. */
export type Task = z.output<typeof taskSchema>;

/** What an agent gets of a task it has claimed. */
export const claimedTaskSchema = z.object({
  id: idSchema,
  /** The fence: everything the agent says about the task names this number. */
  attempt: attemptSchema,
  title: z.string(),
  description: z.string(),
  type: z.string(),
  priority: z.enum(TASK_PRIORITIES),
  capabilities: storedCapabilitiesSchema,
  entityRef: z.string().optional(),
  parentId: idSchema.optional(),
  input: z.record(z.string(), z.unknown()),
  maxAttempts: z.int(),
  traceparent: z.string().optional(),
  /** Unless the agent is heard of before, the task goes back to the queue then. */
  leaseExpiresAt: instantSchema,
});

/** A task as its agent holds it. */
export type ClaimedTask = z.output<typeof claimedTaskSchema>;

const newTaskInput = {
  title: titleSchema,
  description: descriptionSchema.default(''),
  type: taskTypeSchema.default('general'),
  /** What an agent must be able to do; `general` unless said otherwise. */
  capabilities: taskCapabilitiesSchema.default([GENERAL_CAPABILITY]),
  entityRef: entityRefSchema.optional(),
  input: jsonObject({ maxBytes: MAX_TASK_JSON_BYTES }).default({}),
  maxAttempts: count({ min: 1, max: 20 }).default(3),
  runAfter: instantSchema.optional(),
  /** The same key never creates a second task; another content under it is refused. */
  idempotencyKey: text({ min: 1, max: 200 }).optional(),
};

const create = defineOperation({
  id: 'tasks.create',
  title: 'Create a task',
  description:
    'Puts a task into the queue. With an idempotency key, creating it again answers the task that is there already.',
  method: 'POST',
  path: '/tasks',
  effect: 'write',
  idempotent: false,
  callers: { people: taskCreatePermission },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'parentId' },
  maxBodyBytes: 512 * KIB,
  input: z.strictObject({
    ...newTaskInput,
    priority: taskPrioritySchema.default('medium'),
    parentId: idSchema.optional(),
    traceparent: traceparentSchema.optional(),
  }),
  output: taskSchema,
  status: 201,
});

const filterInput = {
  status: listOf(taskStatusSchema).optional(),
  priority: listOf(taskPrioritySchema).optional(),
  agentId: idSchema.optional(),
  capability: text({ min: 1, max: 63 }).optional(),
  entityRef: entityRefSchema.optional(),
  type: taskTypeSchema.optional(),
  parentId: idSchema.optional(),
  runId: idSchema.optional(),
  text: searchTextSchema.optional(),
};

const list = defineOperation({
  id: 'tasks.list',
  title: 'List tasks',
  description: 'Tasks, newest first, a page at a time, narrowed by filters.',
  method: 'GET',
  path: '/tasks',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission, agents: true },
  concerns: { type: RESOURCE_TYPE_TASK, list: true },
  input: z.strictObject({ ...filterInput, ...pageInput }),
  output: pageOf(taskSummarySchema),
});

/** The columns of the task board with the statuses that stand in each. */
export const BOARD_COLUMNS = {
  queued: ['queued'],
  waiting: ['waiting'],
  running: ['running'],
  succeeded: ['succeeded'],
  stopped: ['failed', 'dead_letter', 'cancelled', 'rejected'],
} as const satisfies Record<string, readonly (typeof TASK_STATUSES)[number][]>;

/** A column of the task board. */
export type BoardColumn = keyof typeof BOARD_COLUMNS;

const boardColumnSchema = z.object({
  /** How many tasks stand in the column; counted up to 10,000. */
  total: z.int(),
  /** Whether there are more than `total`. */
  capped: z.boolean(),
  items: z.array(taskSummarySchema),
});

const board = defineOperation({
  id: 'tasks.board',
  title: 'Show the task board',
  description:
    'The first tasks of every column with the number of all in it: what a board shows at first sight.',
  method: 'GET',
  path: '/tasks/board',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission },
  concerns: { type: RESOURCE_TYPE_TASK, list: true },
  input: z.strictObject({
    priority: filterInput.priority,
    agentId: filterInput.agentId,
    capability: filterInput.capability,
    entityRef: filterInput.entityRef,
    text: filterInput.text,
    limit: count({ min: 1, max: 100 }).default(20),
  }),
  output: z.object({
    queued: boardColumnSchema,
    waiting: boardColumnSchema,
    running: boardColumnSchema,
    succeeded: boardColumnSchema,
    stopped: boardColumnSchema,
  } satisfies Record<BoardColumn, typeof boardColumnSchema>),
});

const get = defineOperation({
  id: 'tasks.get',
  title: 'Read a task',
  description:
    'Everything about one task; while nobody works on it, also why not.',
  method: 'GET',
  path: '/tasks/:id',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission, agents: true },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({ id: idSchema }),
  output: taskSchema,
});

const update = defineOperation({
  id: 'tasks.update',
  title: 'Edit a task',
  description:
    'Changes what a task says. Capabilities, due time and number of attempts can be changed while it is queued or waiting.',
  method: 'PUT',
  path: '/tasks/:id',
  effect: 'write',
  idempotent: true,
  callers: { people: taskUpdatePermission },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({
    id: idSchema,
    title: titleSchema.optional(),
    description: descriptionSchema.optional(),
    priority: taskPrioritySchema.optional(),
    capabilities: taskCapabilitiesSchema.optional(),
    entityRef: entityRefSchema.nullable().optional(),
    maxAttempts: count({ min: 1, max: 20 }).optional(),
    runAfter: instantSchema.nullable().optional(),
    /** Refuses the change with 409 when the task has moved on since this version. */
    ifVersion: z.int().min(1).optional(),
  }),
  output: taskSchema,
});

const remove = defineOperation({
  id: 'tasks.delete',
  title: 'Delete a task',
  description:
    'Removes a task that is not running, with its logs and artifacts. Successors stay and lose their parent.',
  method: 'DELETE',
  path: '/tasks/:id',
  effect: 'destroy',
  idempotent: true,
  callers: { people: taskDeletePermission },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({ id: idSchema }),
  output: nothingSchema,
  status: 204,
});

const setStatus = defineOperation({
  id: 'tasks.setStatus',
  title: 'Move a task',
  description:
    'Moves a task to another status: people make the moves that a board allows, the agent that holds the task may end it (with its attempt) or let it wait.',
  method: 'PUT',
  path: '/tasks/:id/status',
  effect: 'write',
  idempotent: true,
  callers: { people: taskUpdatePermission, agents: true },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  maxBodyBytes: 512 * KIB,
  input: z.strictObject({
    id: idSchema,
    status: taskStatusSchema,
    /** Needed by `waiting`; `input` unless said otherwise. */
    waitingReason: z.enum(WAITING_REASONS).optional(),
    reason: reasonSchema.optional(),
    /** Needed from agents. */
    attempt: attemptSchema.optional(),
    output: jsonObject({ maxBytes: MAX_TASK_JSON_BYTES }).optional(),
  }),
  output: taskSchema,
});

const setCapabilities = defineOperation({
  id: 'tasks.setCapabilities',
  title: 'Set the capabilities a task needs',
  description: 'Replaces the capabilities of a queued or waiting task.',
  method: 'PUT',
  path: '/tasks/:id/capabilities',
  effect: 'write',
  idempotent: true,
  callers: { people: taskUpdatePermission },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({
    id: idSchema,
    capabilities: taskCapabilitiesSchema,
  }),
  output: taskSchema,
});

const cancel = defineOperation({
  id: 'tasks.cancel',
  title: 'Cancel a task',
  description:
    'Ends a task that has not come to its end; an agent at work on it hears of it with its next heartbeat.',
  method: 'POST',
  path: '/tasks/:id/cancel',
  effect: 'write',
  idempotent: true,
  callers: { people: taskUpdatePermission },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({ id: idSchema, reason: reasonSchema.optional() }),
  output: taskSchema,
});

const requeue = defineOperation({
  id: 'tasks.requeue',
  title: 'Requeue a task',
  description:
    'Puts a failed, cancelled, rejected or dead-lettered task into the queue again, with its full number of attempts. Earlier attempts stay in its history.',
  method: 'POST',
  path: '/tasks/:id/requeue',
  effect: 'write',
  idempotent: false,
  callers: { people: taskUpdatePermission },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({ id: idSchema, reason: reasonSchema.optional() }),
  output: taskSchema,
});

const complete = defineOperation({
  id: 'tasks.complete',
  title: 'Complete a task',
  description:
    'Ends the task as succeeded. An agent that no longer holds this attempt gets 409 and must drop its result; saying the same twice is answered like the first time.',
  method: 'POST',
  path: '/tasks/:id/complete',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  maxBodyBytes: 512 * KIB,
  input: z.strictObject({
    id: idSchema,
    attempt: attemptSchema,
    output: jsonObject({ maxBytes: MAX_TASK_JSON_BYTES }).default({}),
    summary: text({ max: 2000 }).optional(),
  }),
  output: taskSchema,
});

const reportFailure = defineOperation({
  id: 'tasks.reportFailure',
  title: 'Report that an attempt failed',
  description:
    'Ends the attempt. The task is tried again after a growing, randomised delay, or becomes a dead letter when its attempts are used up or the error will not go away by itself.',
  method: 'POST',
  path: '/tasks/:id/report-failure',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({
    id: idSchema,
    attempt: attemptSchema,
    error: verbatim({ min: 1, max: 8000 }),
    /** false for errors that another attempt cannot mend. */
    retryable: z.boolean().default(true),
  }),
  output: z.object({
    status: z.enum(TASK_STATUSES),
    /** When the next attempt is due, if there is one. */
    retryAt: instantSchema.optional(),
  }),
});

const reportProgress = defineOperation({
  id: 'tasks.reportProgress',
  title: 'Report progress',
  description: 'Says how far the attempt has come.',
  method: 'PUT',
  path: '/tasks/:id/progress',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({
    id: idSchema,
    attempt: attemptSchema,
    percent: z.number().min(0).max(100),
    message: text({ max: 500 }).optional(),
  }),
  output: nothingSchema,
  status: 204,
  audited: false,
});

const logLevelSchema = z.enum(['debug', 'info', 'warn', 'error']);

const appendLogs = defineOperation({
  id: 'tasks.appendLogs',
  title: 'Append log lines',
  description:
    'Adds lines to the log of the attempt. Lines of a batch whose `batch` was stored before are not added again.',
  method: 'POST',
  path: '/tasks/:id/logs',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({
    id: idSchema,
    attempt: attemptSchema,
    /** Names this batch, so that sending it again after a lost answer is harmless. */
    batch: idSchema,
    lines: z
      .array(
        z.strictObject({
          at: instantSchema,
          level: logLevelSchema.default('info'),
          message: verbatim({ max: 4000 }),
        }),
      )
      .min(1)
      .max(200),
  }),
  output: nothingSchema,
  status: 204,
  maxBodyBytes: 1024 * KIB,
  audited: false,
});

/** A line of a task's log. */
export const logLineSchema = z.object({
  /** Grows inside a task; continue reading after it. */
  seq: z.int(),
  attempt: z.int(),
  at: instantSchema,
  level: logLevelSchema,
  message: z.string(),
});

/** A line of a task's log. */
export type LogLine = z.output<typeof logLineSchema>;

const readLogs = defineOperation({
  id: 'tasks.readLogs',
  title: 'Read the log of a task',
  description: 'Log lines of all attempts in order, after a given line.',
  method: 'GET',
  path: '/tasks/:id/logs',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission, agents: true },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({
    id: idSchema,
    afterSeq: count({ min: 0, max: Number.MAX_SAFE_INTEGER }).default(0),
    limit: count({ min: 1, max: 1000 }).default(500),
  }),
  output: z.object({ items: z.array(logLineSchema), more: z.boolean() }),
});

/** What lists show of an artifact. */
export const artifactSummarySchema = z.object({
  id: idSchema,
  attempt: z.int(),
  name: z.string(),
  mediaType: z.string(),
  /** Bytes of the content. */
  size: z.int(),
  sha256: z.string(),
  createdAt: instantSchema,
});

const artifactNameSchema = text({ min: 1, max: 120 }).regex(
  /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
  'must hold only letters, digits and . _ -',
);

const addArtifact = defineOperation({
  id: 'tasks.addArtifact',
  title: 'Add an artifact',
  description:
    'Keeps a file that the attempt produced. The same name in the same attempt replaces it.',
  method: 'POST',
  path: '/tasks/:id/artifacts',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({
    id: idSchema,
    attempt: attemptSchema,
    name: artifactNameSchema,
    mediaType: text({ min: 3, max: 100 })
      .regex(
        /^[a-z]+\/[a-z0-9.+-]+$/,
        'must be a media type such as text/plain',
      )
      .default('application/octet-stream'),
    contentBase64: z.base64().max(Math.ceil(MAX_ARTIFACT_BYTES / 3) * 4),
  }),
  output: artifactSummarySchema,
  status: 201,
  maxBodyBytes: 2 * 1024 * KIB,
});

const listArtifacts = defineOperation({
  id: 'tasks.listArtifacts',
  title: 'List the artifacts of a task',
  description: 'What the attempts of a task produced, without the contents.',
  method: 'GET',
  path: '/tasks/:id/artifacts',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission, agents: true },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({ id: idSchema }),
  output: z.object({ items: z.array(artifactSummarySchema) }),
});

const readArtifact = defineOperation({
  id: 'tasks.readArtifact',
  title: 'Read an artifact',
  description:
    'An artifact with its content. It was written by an agent: treat it as untrusted.',
  method: 'GET',
  path: '/tasks/:id/artifacts/:artifactId',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission, agents: true },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({ id: idSchema, artifactId: idSchema }),
  output: artifactSummarySchema.extend({ contentBase64: z.string() }),
});

/** A change of a task's status. */
export const transitionSchema = z.object({
  at: instantSchema,
  from: z.enum(TASK_STATUSES).optional(),
  to: z.enum(TASK_STATUSES),
  attempt: z.int(),
  actor: actorSchema,
  reason: z.string().optional(),
});

/** One try at a task. */
export const attemptRecordSchema = z.object({
  attempt: z.int(),
  agent: z.object({ id: idSchema, name: z.string() }).optional(),
  startedAt: instantSchema,
  finishedAt: instantSchema.optional(),
  /** Missing while the attempt runs. */
  outcome: z
    .enum(['succeeded', 'failed', 'cancelled', 'lost', 'waiting'])
    .optional(),
  error: z.string().optional(),
});

const paidServiceSchema = z.object({ id: idSchema, name: z.string() });

/** A charge of a task that a fallback has paid. */
export const delegationSchema = z.object({
  at: instantSchema,
  /** The services that could not pay, in the order in which they were asked. */
  from: z.array(paidServiceSchema),
  to: paidServiceSchema,
  amountMicros: sumSchema,
});

const history = defineOperation({
  id: 'tasks.history',
  title: 'Read the history of a task',
  description:
    'Every change of status (who, what, when, why), every attempt, and what was paid by another service than the one asked for; oldest first.',
  method: 'GET',
  path: '/tasks/:id/history',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission, agents: true },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({ id: idSchema }),
  output: z.object({
    transitions: z.array(transitionSchema),
    attempts: z.array(attemptRecordSchema),
    /** Charges that another service than the one asked for has paid. */
    delegations: z.array(delegationSchema),
  }),
});

const createSuccessor = defineOperation({
  id: 'tasks.createSuccessor',
  title: 'Create a successor',
  description:
    'Creates a task that follows from this one; it inherits priority, entity and trace unless they are set.',
  method: 'POST',
  path: '/tasks/:id/successors',
  effect: 'write',
  idempotent: false,
  callers: { people: taskCreatePermission, agents: true },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  maxBodyBytes: 512 * KIB,
  input: z.strictObject({
    id: idSchema,
    ...newTaskInput,
    priority: taskPrioritySchema.optional(),
    /** Needed from agents. */
    attempt: attemptSchema.optional(),
  }),
  output: taskSchema,
  status: 201,
});

const lineage = defineOperation({
  id: 'tasks.lineage',
  title: 'Read the lineage of a task',
  description:
    'The tasks it came from and all that came from it, at most 500, nearest first.',
  method: 'GET',
  path: '/tasks/:id/lineage',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission, agents: true },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({ id: idSchema }),
  output: z.object({
    items: z.array(
      z.object({
        id: idSchema,
        parentId: idSchema.optional(),
        title: z.string(),
        status: z.enum(TASK_STATUSES),
        priority: z.enum(TASK_PRIORITIES),
      }),
    ),
    truncated: z.boolean(),
  }),
});

const recordSolution = defineOperation({
  id: 'tasks.recordSolution',
  title: 'Record that a known solution was applied',
  description:
    'Leaves in the history of a task which known solution its agent applied.',
  method: 'POST',
  path: '/tasks/:id/solution-applied',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({
    id: idSchema,
    attempt: attemptSchema,
    solution: text({ min: 1, max: 2000 }),
  }),
  output: nothingSchema,
  status: 204,
});

/** How a service was paid for, or why not. */
export const dispatchOutcomeSchema = z.object({
  /**
   * charged: the service asked for was paid; delegated: another one, which is
   * the one to call; refused: nobody; paused: nobody, and the task waits for
   * the approval of an increase.
   */
  outcome: z.enum(['charged', 'delegated', 'refused', 'paused']),
  /** The same in words. */
  message: z.string(),
  /** The service to call now; missing when nobody was paid. */
  service: paidServiceSchema
    .extend({ endpoint: z.string().optional() })
    .optional(),
  /** The services that could not pay, in the order in which they were asked. */
  delegatedFrom: z.array(paidServiceSchema),
  chargedMicros: sumSchema,
  /** What the tightest budget has left; missing when it is not known, as without a limit. */
  remainingMicros: sumSchema.optional(),
  /** Whether the service that was asked for is used up. */
  suspended: z.boolean(),
  /** Why nobody was paid. */
  reason: z.enum(REFUSAL_REASONS).optional(),
  /** The budget that did not allow it. */
  budgetId: idSchema.optional(),
  /** The approval that the task waits for. */
  approvalId: idSchema.optional(),
  entryId: idSchema.optional(),
  /** Whether the request was charged before. */
  replayed: z.boolean(),
});

/** How a service was paid for, or why not. */
export type DispatchOutcome = z.output<typeof dispatchOutcomeSchema>;

const dispatch = defineOperation({
  id: 'tasks.dispatch',
  title: 'Pay for the use of a service',
  description:
    'Charges a service before it is used: for a task, or for nothing in particular. When a budget does not allow it, the fallback pays, or the task waits for approval, or it is refused, as the service has it; the answer says which. An agent names the task that it holds and its attempt. The same request is charged once.',
  method: 'POST',
  path: '/tasks/dispatch',
  effect: 'write',
  idempotent: true,
  callers: { people: budgetUpdatePermission, agents: true },
  input: z.strictObject({
    /** Its id or its name. */
    service: text({ min: 1, max: 63 }),
    /** Names this use: sending it again charges nothing. */
    requestId: text({ min: 1, max: 200 }).regex(/^[^#]*$/, 'must hold no #'),
    /** Needed from agents. */
    taskId: idSchema.optional(),
    attempt: attemptSchema.optional(),
    /** How many of its units, or calls where it has no unit; 1 unless given. */
    quantity: z.number().min(0).max(1e12).optional(),
    /** In place of a quantity, for services without a price. */
    amountMicros: amountSchema.optional(),
  }),
  output: dispatchOutcomeSchema,
});

/** Operations on tasks. */
export const tasks = {
  create,
  list,
  board,
  get,
  update,
  delete: remove,
  setStatus,
  setCapabilities,
  cancel,
  requeue,
  complete,
  reportFailure,
  reportProgress,
  appendLogs,
  readLogs,
  addArtifact,
  listArtifacts,
  readArtifact,
  history,
  createSuccessor,
  lineage,
  recordSolution,
  dispatch,
};
