import { z } from 'zod';
import { jsonObject, text, verbatim } from '../model/text';
import {
  MAX_WORKFLOW_SOURCE_BYTES,
  SIDE_EFFECTS,
  STEP_TYPES,
  semverSchema,
} from '../model/workflowSpec';
import {
  workflowCreatePermission,
  workflowDeletePermission,
  workflowReadPermission,
  workflowRunPermission,
  workflowUpdatePermission,
} from '../permissions/permissions';
import { defineOperation } from './defineOperation';
import { runSchema } from './runs';
import {
  actorSchema,
  entityRefSchema,
  idSchema,
  instantSchema,
  nothingSchema,
  pageInput,
  pageOf,
  searchTextSchema,
} from './shared';

const sourceSchema = verbatim({ min: 1, max: MAX_WORKFLOW_SOURCE_BYTES });

/** A place in the source of a workflow where something is wrong. */
export const workflowProblemSchema = z.object({
  /** From 1. */
  line: z.int(),
  column: z.int(),
  /** For example `spec.steps[2].needs`. */
  path: z.string(),
  message: z.string(),
});

/** A place in the source of a workflow where something is wrong. */
export type WorkflowProblem = z.output<typeof workflowProblemSchema>;

/** A step as the graph of a workflow shows it. */
export const workflowGraphStepSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(STEP_TYPES),
  needs: z.array(z.string()),
  /** The condition as it is written. */
  if: z.string().optional(),
  hasMatrix: z.boolean(),
  sideEffect: z.enum(SIDE_EFFECTS),
  compensates: z.boolean(),
  continueOnError: z.boolean(),
  capabilities: z.array(z.string()),
  /** What it does, in a few words. */
  summary: z.string(),
});

/** A step as the graph of a workflow shows it. */
export type WorkflowGraphStep = z.output<typeof workflowGraphStepSchema>;

/** A workflow as lists show it. */
export const workflowSummarySchema = z.object({
  id: idSchema,
  name: z.string(),
  title: z.string(),
  description: z.string(),
  owner: z.string().optional(),
  entityRef: z.string(),
  /** Where it is written: in the catalog, or with the API. */
  managedBy: z.enum(['api', 'catalog']),
  /**
   * The version that runs are of unless they name one: the highest that is
   * published, releases before what comes before them; of a workflow in the
   * catalog, the one that its file holds.
   */
  version: semverSchema,
  steps: z.int(),
  /** Runs that have not ended. */
  running: z.int(),
  lastRun: z
    .object({
      id: idSchema,
      number: z.int(),
      status: z.string(),
      at: instantSchema,
    })
    .optional(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});

/** A workflow as lists show it. */
export type WorkflowSummary = z.output<typeof workflowSummarySchema>;

/** A published version of a workflow; it never changes. */
export const workflowVersionSchema = z.object({
  version: semverSchema,
  publishedBy: actorSchema,
  publishedAt: instantSchema,
  /** YAML as it was published. */
  source: z.string(),
  /** JSON Schema of what a run is given. */
  parameters: z.record(z.string(), z.unknown()),
  steps: z.array(workflowGraphStepSchema),
});

/** A published version of a workflow. */
export type WorkflowVersion = z.output<typeof workflowVersionSchema>;

/** A workflow with its newest version. */
export const workflowSchema = workflowSummarySchema.extend({
  latest: workflowVersionSchema,
  /** What starts it besides people and the API. */
  triggers: z.array(
    z.object({
      type: z.enum(['schedule', 'event', 'webhook']),
      /** In words: the schedule with its time zone, the topic. */
      description: z.string(),
      nextAt: instantSchema.optional(),
      /** Why the trigger last failed to start a run. */
      lastError: z.string().optional(),
    }),
  ),
});

/** A workflow with its newest version. */
export type Workflow = z.output<typeof workflowSchema>;

const list = defineOperation({
  id: 'workflows.list',
  title: 'List workflows',
  description: 'Workflows by name, a page at a time.',
  method: 'GET',
  path: '/workflows',
  effect: 'read',
  idempotent: true,
  callers: { people: workflowReadPermission },
  input: z.strictObject({
    text: searchTextSchema.optional(),
    entityRef: entityRefSchema.optional(),
    managedBy: z.enum(['api', 'catalog']).optional(),
    ...pageInput,
  }),
  output: pageOf(workflowSummarySchema),
});

const get = defineOperation({
  id: 'workflows.get',
  title: 'Read a workflow',
  description: 'A workflow with its newest version and its triggers.',
  method: 'GET',
  path: '/workflows/:id',
  effect: 'read',
  idempotent: true,
  callers: { people: workflowReadPermission },
  input: z.strictObject({ id: idSchema }),
  output: workflowSchema,
});

const validate = defineOperation({
  id: 'workflows.validate',
  title: 'Check a workflow',
  description:
    'Says what is wrong with the source of a workflow, with line and column, and shows its graph when nothing is. Nothing is kept.',
  method: 'POST',
  path: '/workflows/validate',
  effect: 'read',
  idempotent: true,
  callers: { people: workflowReadPermission },
  maxBodyBytes: 512 * 1024,
  input: z.strictObject({ source: sourceSchema }),
  output: z.object({
    problems: z.array(workflowProblemSchema),
    name: z.string().optional(),
    version: semverSchema.optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    steps: z.array(workflowGraphStepSchema).optional(),
  }),
});

const publish = defineOperation({
  id: 'workflows.publish',
  title: 'Publish a workflow',
  description:
    'Publishes a version of a workflow from its YAML; the first version creates the workflow. A published version never changes: the same version with another content is refused, with the same content it is answered again.',
  method: 'POST',
  path: '/workflows',
  effect: 'write',
  idempotent: true,
  callers: { people: workflowCreatePermission },
  maxBodyBytes: 512 * 1024,
  input: z.strictObject({ source: sourceSchema }),
  output: workflowSchema,
  status: 201,
});

const describe = defineOperation({
  id: 'workflows.describe',
  title: 'Take over what the catalog says of a workflow',
  description:
    'Makes the version that the catalog file of a workflow holds the current one, and publishes it when it is new. A published version never changes: another content needs another version. A workflow that was published with the API is taken over.',
  method: 'PUT',
  path: '/workflows/described',
  effect: 'write',
  idempotent: true,
  callers: { people: workflowUpdatePermission },
  maxBodyBytes: 512 * 1024,
  input: z.strictObject({ source: sourceSchema, entityRef: entityRefSchema }),
  output: workflowSchema,
});

const undescribe = defineOperation({
  id: 'workflows.undescribe',
  title: 'Let go of the catalog file of a workflow',
  description:
    'The catalog no longer describes the workflow: it is not started any more by what its versions name, and is published with the API from now on. It stays, with its versions and runs.',
  method: 'DELETE',
  path: '/workflows/:id/description',
  effect: 'write',
  idempotent: true,
  callers: { people: workflowUpdatePermission },
  input: z.strictObject({ id: idSchema }),
  output: workflowSchema,
});

const remove = defineOperation({
  id: 'workflows.delete',
  title: 'Delete a workflow',
  description:
    'Removes a workflow that is not written in the catalog and has no run under way. Its runs stay readable.',
  method: 'DELETE',
  path: '/workflows/:id',
  effect: 'destroy',
  idempotent: true,
  callers: { people: workflowDeletePermission },
  input: z.strictObject({ id: idSchema }),
  output: nothingSchema,
  status: 204,
});

const versions = defineOperation({
  id: 'workflows.versions',
  title: 'List the versions of a workflow',
  description: 'Published versions, newest first.',
  method: 'GET',
  path: '/workflows/:id/versions',
  effect: 'read',
  idempotent: true,
  callers: { people: workflowReadPermission },
  input: z.strictObject({ id: idSchema, ...pageInput }),
  output: pageOf(
    workflowVersionSchema
      .pick({
        version: true,
        publishedBy: true,
        publishedAt: true,
      })
      .extend({ runs: z.int() }),
  ),
});

const version = defineOperation({
  id: 'workflows.version',
  title: 'Read a version of a workflow',
  description: 'One published version with its source and graph.',
  method: 'GET',
  path: '/workflows/:id/versions/:version',
  effect: 'read',
  idempotent: true,
  callers: { people: workflowReadPermission },
  input: z.strictObject({ id: idSchema, version: semverSchema }),
  output: workflowVersionSchema,
});

const diff = defineOperation({
  id: 'workflows.diff',
  title: 'Compare two versions of a workflow',
  description:
    'What changed between two versions: steps added, removed and changed, and the lines of the source.',
  method: 'GET',
  path: '/workflows/:id/diff',
  effect: 'read',
  idempotent: true,
  callers: { people: workflowReadPermission },
  input: z.strictObject({ id: idSchema, from: semverSchema, to: semverSchema }),
  output: z.object({
    from: semverSchema,
    to: semverSchema,
    steps: z.array(
      z.object({
        id: z.string(),
        change: z.enum(['added', 'removed', 'changed']),
        /** Which parts of the step changed, for example `needs`, `task.title`. */
        fields: z.array(z.string()),
      }),
    ),
    /** The other parts that changed, for example `parameters`. */
    fields: z.array(z.string()),
    lines: z.array(
      z.object({
        kind: z.enum(['same', 'added', 'removed']),
        text: z.string(),
      }),
    ),
  }),
});

const templates = defineOperation({
  id: 'workflows.templates',
  title: 'List the task templates of a workflow',
  description:
    'The tasks that a run of the newest version may create, as they are written.',
  method: 'GET',
  path: '/workflows/:id/templates',
  effect: 'read',
  idempotent: true,
  callers: { people: workflowReadPermission },
  input: z.strictObject({ id: idSchema }),
  output: z.object({
    items: z.array(
      z.object({
        step: z.string(),
        title: z.string(),
        description: z.string(),
        capabilities: z.array(z.string()),
      }),
    ),
  }),
});

const trigger = defineOperation({
  id: 'workflows.trigger',
  title: 'Run a workflow',
  description:
    'Starts a run. Parameters are checked against the workflow before anything is created. With an idempotency key, starting it again answers the run that is there already.',
  method: 'POST',
  path: '/workflows/:id/trigger',
  effect: 'write',
  idempotent: false,
  callers: { people: workflowRunPermission },
  maxBodyBytes: 512 * 1024,
  input: z.strictObject({
    id: idSchema,
    parameters: jsonObject({ maxBytes: 256 * 1024 }).default({}),
    /** The version to pin; the newest unless given. */
    version: semverSchema.optional(),
    /** What of the catalog the run is about. */
    entityRef: entityRefSchema.optional(),
    idempotencyKey: text({ min: 1, max: 200 }).optional(),
  }),
  output: runSchema,
  status: 201,
});

/** A webhook that starts runs of a workflow. */
export const workflowWebhookSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** Where to send it, below the portal's own address. */
  path: z.string(),
  createdBy: actorSchema,
  createdAt: instantSchema,
  lastUsedAt: instantSchema.optional(),
});

/** A webhook that starts runs of a workflow. */
export type WorkflowWebhook = z.output<typeof workflowWebhookSchema>;

const createWebhook = defineOperation({
  id: 'workflows.createWebhook',
  title: 'Add a webhook to a workflow',
  description:
    'Creates an address that starts runs of the workflow, with a secret of its own for signatures. The secret is shown this once.',
  method: 'POST',
  path: '/workflows/:id/webhooks',
  effect: 'write',
  idempotent: false,
  callers: { people: workflowUpdatePermission },
  input: z.strictObject({ id: idSchema, name: text({ min: 1, max: 63 }) }),
  output: z.object({ webhook: workflowWebhookSchema, secret: z.string() }),
  status: 201,
  answersSecret: true,
});

const webhooks = defineOperation({
  id: 'workflows.webhooks',
  title: 'List the webhooks of a workflow',
  description:
    'The addresses that start runs of the workflow, without their secrets.',
  method: 'GET',
  path: '/workflows/:id/webhooks',
  effect: 'read',
  idempotent: true,
  callers: { people: workflowReadPermission },
  input: z.strictObject({ id: idSchema }),
  output: z.object({ items: z.array(workflowWebhookSchema) }),
});

const deleteWebhook = defineOperation({
  id: 'workflows.deleteWebhook',
  title: 'Remove a webhook of a workflow',
  description: 'The address is refused from then on.',
  method: 'DELETE',
  path: '/workflows/:id/webhooks/:webhookId',
  effect: 'destroy',
  idempotent: true,
  callers: { people: workflowUpdatePermission },
  input: z.strictObject({ id: idSchema, webhookId: idSchema }),
  output: nothingSchema,
  status: 204,
});

/** Operations on workflows. */
export const workflows = {
  list,
  get,
  validate,
  publish,
  describe,
  undescribe,
  delete: remove,
  versions,
  version,
  diff,
  templates,
  trigger,
  createWebhook,
  webhooks,
  deleteWebhook,
};
