import { z } from 'zod';
import { taskPrioritySchema } from '../model/priorities';
import { TASK_STATUSES } from '../model/statuses';
import { text, verbatim } from '../model/text';
import {
  findingDismissPermission,
  taskCreatePermission,
  taskReadPermission,
} from '../permissions/permissions';
import { RESOURCE_TYPE_TASK } from '../permissions/resourceTypes';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  attemptSchema,
  entityRefSchema,
  idSchema,
  instantSchema,
  listOf,
  pageInput,
  pageOf,
  reasonSchema,
} from './shared';

/** `type` of the tasks that review a change. */
export const REVIEW_TASK_TYPE = 'code-review';

/** The capability that a review task asks for. */
export const REVIEW_CAPABILITY = 'code-review';

/** How much a finding matters, from the most to the least. */
export const FINDING_SEVERITIES = ['error', 'warning', 'notice'] as const;

/** How much a finding matters. */
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number];

/** The most findings that one review may propose. */
export const MAX_PROPOSED_FINDINGS = 300;

const pathSchema = text({ min: 1, max: 1000 }).refine(
  path => !path.startsWith('/') && !path.split('/').includes('..'),
  { error: 'must be a path inside the repository' },
);

/** A finding as an agent proposes it. */
export const proposedFindingSchema = z.strictObject({
  path: pathSchema,
  /** First line in the head revision, from 1; missing where the whole file is meant. */
  line: z.int().min(1).max(10_000_000).optional(),
  endLine: z.int().min(1).max(10_000_000).optional(),
  severity: z.enum(FINDING_SEVERITIES),
  /** The analyzer that found it, for example `eslint`. */
  tool: text({ min: 1, max: 60 }),
  /** The rule of the analyzer, for example `no-unused-vars`. */
  rule: text({ min: 1, max: 200 }),
  title: text({ min: 1, max: 200 }),
  message: verbatim({ max: 4000 }),
  /** The text of the line, which recognises the finding after lines have moved. Never a secret. */
  context: verbatim({ max: 500 }).optional(),
});

/** A finding as an agent proposes it. */
export type ProposedFinding = z.output<typeof proposedFindingSchema>;

/** The output of a review task: what the agent saw and what it proposes to say. */
export const reviewOutputSchema = z.strictObject({
  baseSha: z.string().regex(/^[0-9a-f]{40,64}$/),
  headSha: z.string().regex(/^[0-9a-f]{40,64}$/),
  filesChanged: z.int().min(0),
  linesAdded: z.int().min(0),
  linesDeleted: z.int().min(0),
  findings: z.array(proposedFindingSchema).max(MAX_PROPOSED_FINDINGS),
  /** Findings beyond the limit, which are not in `findings`. */
  findingsOmitted: z.int().min(0).default(0),
  analyzers: z
    .array(
      z.strictObject({
        name: text({ min: 1, max: 60 }),
        version: text({ max: 60 }).optional(),
        status: z.enum(['ran', 'skipped', 'failed']),
        filesChecked: z.int().min(0),
        durationMs: z.number().min(0),
        /** Why it was skipped or how it failed. */
        message: text({ max: 1000 }).optional(),
      }),
    )
    .max(32),
  /** What a model made of the change; missing where none is configured. */
  modelReading: z
    .strictObject({
      model: text({ min: 1, max: 200 }),
      text: text({ max: 8000 }),
    })
    .optional(),
});

/** The output of a review task. */
export type ReviewOutput = z.output<typeof reviewOutputSchema>;

/** A finding that the control plane keeps. */
export const findingSchema = z.object({
  id: idSchema,
  /** The same for the same finding in a later revision. */
  fingerprint: z.string(),
  path: z.string(),
  line: z.int().optional(),
  endLine: z.int().optional(),
  severity: z.enum(FINDING_SEVERITIES),
  tool: z.string(),
  rule: z.string(),
  title: z.string(),
  message: z.string(),
  /** Whether an earlier review of the same change had it already. */
  known: z.boolean(),
  dismissed: z
    .object({
      by: actorSchema,
      at: instantSchema,
      reason: z.string(),
    })
    .optional(),
});

/** A finding that the control plane keeps. */
export type Finding = z.output<typeof findingSchema>;

/** How far the result of a review has come on its way to the code host. */
export const PUBLISHING_STATES = [
  'none',
  'pending',
  'published',
  'failed',
] as const;

const publishingSchema = z.object({
  /** none: nowhere to publish to, the result is on the task page. */
  state: z.enum(PUBLISHING_STATES),
  /** What went wrong last, while `pending` or `failed`. */
  error: z.string().optional(),
  checkUrl: z.string().optional(),
  commentUrl: z.string().optional(),
});

/** The review of one head revision. */
export const reviewSchema = z.object({
  id: idSchema,
  taskId: idSchema,
  /** `portal`, or the code host that asked for it. */
  source: z.string(),
  repository: z.string(),
  /** Number of the pull request, where there is one. */
  number: z.int().optional(),
  title: z.string(),
  url: z.string().optional(),
  base: z.string(),
  head: z.string(),
  entityRef: z.string().optional(),
  status: z.enum(TASK_STATUSES),
  /** A newer revision of the same pull request is reviewed instead. */
  supersededBy: idSchema.optional(),
  /** Missing until the review is done. */
  conclusion: z.enum(['success', 'neutral', 'failure']).optional(),
  counts: z.object({
    error: z.int(),
    warning: z.int(),
    notice: z.int(),
    dismissed: z.int(),
  }),
  publishing: publishingSchema,
  createdAt: instantSchema,
  updatedAt: instantSchema,
});

/** The review of one head revision. */
export type Review = z.output<typeof reviewSchema>;

/** A review with what it found. */
export const reviewDetailSchema = reviewSchema.extend({
  findings: z.array(findingSchema),
  findingsOmitted: z.int(),
  stats: z
    .object({
      filesChanged: z.int(),
      linesAdded: z.int(),
      linesDeleted: z.int(),
    })
    .optional(),
  analyzers: reviewOutputSchema.shape.analyzers,
  modelReading: reviewOutputSchema.shape.modelReading,
});

/** A review with what it found. */
export type ReviewDetail = z.output<typeof reviewDetailSchema>;

const revisionSchema = text({ min: 1, max: 250 }).regex(
  /^(?!-)[A-Za-z0-9._/@{}~^+-]+$/,
  'must be the name of a branch, tag or commit',
);

const request = defineOperation({
  id: 'reviews.request',
  title: 'Review a change',
  description:
    'Creates a task that reviews what lies between two revisions of a Git repository: a URL, or a folder that the configuration allows.',
  method: 'POST',
  path: '/reviews',
  effect: 'write',
  idempotent: false,
  callers: { people: taskCreatePermission },
  input: z.strictObject({
    /**
     * `https://…`, `ssh://…`, or an allowed local folder: its absolute path, or
     * one that starts with a dot, from the first folder that is allowed.
     */
    repository: text({ min: 1, max: 1000 }),
    /** Where the change starts; the parent of `head` unless given. */
    base: revisionSchema.optional(),
    /** Where the change ends; the newest commit unless given. */
    head: revisionSchema.default('HEAD'),
    title: text({ min: 1, max: 200 }).optional(),
    entityRef: entityRefSchema.optional(),
    priority: taskPrioritySchema.default('high'),
    idempotencyKey: text({ min: 1, max: 200 }).optional(),
  }),
  output: reviewSchema,
  status: 201,
});

const list = defineOperation({
  id: 'reviews.list',
  title: 'List reviews',
  description: 'Reviews, newest first, a page at a time.',
  method: 'GET',
  path: '/reviews',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission },
  concerns: { type: RESOURCE_TYPE_TASK, list: true },
  input: z.strictObject({
    repository: text({ min: 1, max: 1000 }).optional(),
    entityRef: entityRefSchema.optional(),
    publishing: listOf(z.enum(PUBLISHING_STATES)).optional(),
    ...pageInput,
  }),
  output: pageOf(reviewSchema),
});

const get = defineOperation({
  id: 'reviews.get',
  title: 'Read a review',
  description: 'A review with its findings.',
  method: 'GET',
  path: '/reviews/:id',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission },
  concerns: { type: RESOURCE_TYPE_TASK, list: true },
  input: z.strictObject({ id: idSchema }),
  output: reviewDetailSchema,
});

const forTask = defineOperation({
  id: 'reviews.forTask',
  title: 'Read the review that a task does',
  description:
    'The review behind a task with its findings; 204 where the task reviews nothing.',
  method: 'GET',
  path: '/tasks/:id/review',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission },
  concerns: { type: RESOURCE_TYPE_TASK, object: 'id' },
  input: z.strictObject({ id: idSchema }),
  output: reviewDetailSchema,
  mayBeEmpty: true,
});

const checkout = defineOperation({
  id: 'reviews.checkout',
  title: 'Get what is needed to clone',
  description:
    'Where to clone from and, for private repositories, a short-lived credential. Only for the agent that holds the task.',
  method: 'POST',
  path: '/tasks/:id/checkout',
  effect: 'write',
  idempotent: true,
  callers: { agents: true },
  input: z.strictObject({ id: idSchema, attempt: attemptSchema }),
  output: z.object({
    cloneUrl: z.string(),
    /** Sent as HTTP basic authentication; never part of the URL. */
    credential: z
      .object({
        username: z.string(),
        password: z.string(),
        expiresAt: instantSchema,
      })
      .optional(),
    base: z.string().optional(),
    head: z.string(),
    /** A ref to fetch besides branches, such as `refs/pull/7/head`. */
    fetchRef: z.string().optional(),
  }),
});

const dismissFinding = defineOperation({
  id: 'reviews.dismissFinding',
  title: 'Dismiss a finding',
  description:
    'The finding is not shown again for this repository, in this or any later review.',
  method: 'POST',
  path: '/findings/:id/dismiss',
  effect: 'write',
  idempotent: true,
  callers: { people: findingDismissPermission },
  input: z.strictObject({ id: idSchema, reason: reasonSchema }),
  output: findingSchema,
});

const restoreFinding = defineOperation({
  id: 'reviews.restoreFinding',
  title: 'Bring a dismissed finding back',
  description: 'Takes the dismissal of a finding back.',
  method: 'POST',
  path: '/findings/:id/restore',
  effect: 'write',
  idempotent: true,
  callers: { people: findingDismissPermission },
  input: z.strictObject({ id: idSchema }),
  output: findingSchema,
});

/** Operations on reviews of changes. */
export const reviews = {
  request,
  list,
  get,
  forTask,
  checkout,
  dismissFinding,
  restoreFinding,
};

/** What the input of a review task says; made by the control plane, never by callers. */
export const reviewTaskInputSchema = z.object({
  reviewId: idSchema,
  repository: z.string(),
  base: z.string().optional(),
  head: z.string(),
});
