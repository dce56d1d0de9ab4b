import { z } from 'zod';
import { APPROVAL_STATUSES, EFFECT_CLASSES } from '../model/approvalStatuses';
import { durationSchema } from '../model/workflowSpec';
import { jsonObject, text } from '../model/text';
import {
  approvalDecidePermission,
  approvalReadPermission,
  approvalRequestPermission,
} from '../permissions/permissions';
import { RESOURCE_TYPE_APPROVAL } from '../permissions/resourceTypes';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  attemptSchema,
  count,
  entityRefSchema,
  flagSchema,
  idSchema,
  instantSchema,
  listOf,
  pageInput,
  pageOf,
  searchTextSchema,
} from './shared';

/** Largest action that can be shown and edited, in bytes of JSON. */
const MAX_ACTION_BYTES = 64 * 1024;

/** Users and groups of the catalog. Services and agents approve nothing. */
const approverSchema = entityRefSchema
  .toLowerCase()
  .regex(
    /^(?:user|group):/,
    'must be a user or a group such as user:default/ann or group:default/owners',
  );

const peopleSchema = z.array(approverSchema).min(1).max(50);

/** Somebody's word on an approval. */
export const approvalDecisionSchema = z.object({
  by: actorSchema,
  /** Who handed the decision over in the first place, where it was delegated. */
  onBehalfOf: actorSchema.optional(),
  decision: z.enum(['approve', 'reject']),
  comment: z.string().optional(),
  at: instantSchema,
  /** Whether they changed the action before they approved it. */
  edited: z.boolean(),
  /** Whether somebody changed the action since: what they approved is no longer asked. */
  superseded: z.boolean(),
});

/** What somebody is asked to approve. */
export const approvalSchema = z.object({
  id: idSchema,
  status: z.enum(APPROVAL_STATUSES),
  title: z.string(),
  description: z.string(),
  /** What will happen, in words. */
  effect: z.string().optional(),
  effectClass: z.enum(EFFECT_CLASSES),
  /** Exactly what will be done, for reading. */
  action: z.record(z.string(), z.unknown()),
  /** The part of the action that whoever approves may change; after the decision, as it was approved. */
  edit: z.record(z.string(), z.unknown()).optional(),
  /** Expected cost in millionths of the currency. */
  costMicros: z.int().optional(),
  requestedBy: actorSchema,
  /** Users and groups who may decide; everybody with the permission when empty. */
  approvers: z.array(z.string()),
  /** How many different people must approve, and how many have. */
  approvalsNeeded: z.int(),
  approvalsGiven: z.int(),
  decisions: z.array(approvalDecisionSchema),
  delegations: z.array(
    z.object({
      from: actorSchema,
      to: z.string(),
      comment: z.string().optional(),
      at: instantSchema,
    }),
  ),
  expiresAt: instantSchema.optional(),
  onExpiry: z.enum(['reject', 'escalate']),
  escalateTo: z.array(z.string()),
  escalatedAt: instantSchema.optional(),
  /** What waits for it. */
  subject: z
    .object({
      kind: z.enum(['task', 'run']),
      id: idSchema,
      name: z.string(),
      /** Id of the step of the run. */
      step: z.string().optional(),
    })
    .optional(),
  entityRef: z.string().optional(),
  createdAt: instantSchema,
  /** When it came to its end, whichever that was. */
  decidedAt: instantSchema.optional(),
  /** Why it was withdrawn. */
  reason: z.string().optional(),
  version: z.int(),
  /** Whether the caller may decide now; if not, why not. */
  mayDecide: z.boolean(),
  whyNot: z.string().optional(),
});

/** What somebody is asked to approve. */
export type Approval = z.output<typeof approvalSchema>;

const list = defineOperation({
  id: 'approvals.list',
  title: 'List approvals',
  description:
    'Requests for approval, newest first; with `mine`, those that wait for the caller. An agent names the task it holds, and reads what was decided about it.',
  method: 'GET',
  path: '/approvals',
  effect: 'read',
  idempotent: true,
  callers: { people: approvalReadPermission, agents: true },
  concerns: { type: RESOURCE_TYPE_APPROVAL, list: true },
  input: z.strictObject({
    status: listOf(z.enum(APPROVAL_STATUSES)).optional(),
    /** Only those that the caller may decide now. */
    mine: flagSchema.optional(),
    entityRef: entityRefSchema.optional(),
    runId: idSchema.optional(),
    /** Needed from agents. */
    taskId: idSchema.optional(),
    /** A part of the title. */
    text: searchTextSchema.optional(),
    ...pageInput,
  }),
  output: pageOf(approvalSchema),
});

const get = defineOperation({
  id: 'approvals.get',
  title: 'Read an approval',
  description: 'Everything about one request for approval.',
  method: 'GET',
  path: '/approvals/:id',
  effect: 'read',
  idempotent: true,
  callers: { people: approvalReadPermission, agents: true },
  concerns: { type: RESOURCE_TYPE_APPROVAL, object: 'id' },
  input: z.strictObject({ id: idSchema }),
  output: approvalSchema,
});

const request = defineOperation({
  id: 'approvals.request',
  title: 'Ask for approval',
  description:
    'Asks people to approve something. An agent names the task it holds and the attempt: the task waits, and is queued again when they approve; when they do not, it is rejected. An attempt asks once: asking again answers what was asked.',
  method: 'POST',
  path: '/approvals',
  effect: 'write',
  idempotent: false,
  callers: { people: approvalRequestPermission, agents: true },
  input: z.strictObject({
    title: text({ min: 1, max: 200 }),
    description: text({ max: 20_000 }).default(''),
    effect: text({ min: 1, max: 2000 }).optional(),
    effectClass: z.enum(EFFECT_CLASSES).default('external'),
    action: jsonObject({ maxBytes: MAX_ACTION_BYTES }).default({}),
    edit: jsonObject({ maxBytes: MAX_ACTION_BYTES }).optional(),
    costMicros: z.int().min(0).optional(),
    approvers: peopleSchema.optional(),
    approvalsNeeded: count({ min: 1, max: 10 }).default(1),
    expiresIn: durationSchema.default('7d'),
    onExpiry: z.enum(['reject', 'escalate']).default('reject'),
    escalateTo: peopleSchema.optional(),
    entityRef: entityRefSchema.optional(),
    /** Needed from agents: the task they hold. */
    taskId: idSchema.optional(),
    attempt: attemptSchema.optional(),
    idempotencyKey: text({ min: 1, max: 200 }).optional(),
  }),
  output: approvalSchema,
  status: 201,
});

const decide = defineOperation({
  id: 'approvals.decide',
  title: 'Approve or reject',
  description:
    'Says yes or no. Nobody decides about what they asked for themselves, and nobody counts twice. With `edit`, the action is changed before it is approved; that needs the version that was read.',
  method: 'POST',
  path: '/approvals/:id/decide',
  effect: 'write',
  idempotent: true,
  callers: { people: approvalDecidePermission },
  concerns: { type: RESOURCE_TYPE_APPROVAL, object: 'id' },
  input: z.strictObject({
    id: idSchema,
    decision: z.enum(['approve', 'reject']),
    comment: text({ min: 1, max: 2000 }).optional(),
    edit: jsonObject({ maxBytes: MAX_ACTION_BYTES }).optional(),
    /**
     * The version that was read. The decision is refused with 409 when what is
     * to be approved has changed since; an edit also when anybody has decided.
     */
    ifVersion: z.int().min(1).optional(),
  }),
  output: approvalSchema,
});

const delegate = defineOperation({
  id: 'approvals.delegate',
  title: 'Let somebody else decide',
  description:
    'Lets another user or group of the catalog decide in place of the caller: of the two, one counts. Whoever asked for the approval cannot become its approver.',
  method: 'POST',
  path: '/approvals/:id/delegate',
  effect: 'write',
  idempotent: true,
  callers: { people: approvalDecidePermission },
  concerns: { type: RESOURCE_TYPE_APPROVAL, object: 'id' },
  input: z.strictObject({
    id: idSchema,
    to: approverSchema,
    comment: text({ min: 1, max: 2000 }).optional(),
  }),
  output: approvalSchema,
});

const cancel = defineOperation({
  id: 'approvals.cancel',
  title: 'Withdraw a request for approval',
  description: 'Takes back a request that nobody needs to decide any more.',
  method: 'POST',
  path: '/approvals/:id/cancel',
  effect: 'write',
  idempotent: true,
  callers: { people: approvalRequestPermission },
  concerns: { type: RESOURCE_TYPE_APPROVAL, object: 'id' },
  input: z.strictObject({
    id: idSchema,
    reason: text({ min: 1, max: 1000 }).optional(),
  }),
  output: approvalSchema,
});

/** Operations on approvals. */
export const approvals = { list, get, request, decide, delegate, cancel };
