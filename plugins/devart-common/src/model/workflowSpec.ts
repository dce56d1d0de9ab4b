import { z } from 'zod';
import { priorityFromAlias } from './priorityAliases';
import { TASK_PRIORITIES } from './priorities';
import { isJson, jsonObject, text, verbatim } from './text';

/** The most steps that a workflow may have; a step with a matrix counts once. */
export const MAX_WORKFLOW_STEPS = 200;

/** The most runs of one step that a matrix may ask for. */
export const MAX_MATRIX_SIZE = 1000;

/** Largest source of a workflow, in bytes. */
export const MAX_WORKFLOW_SOURCE_BYTES = 256 * 1024;

/** Text that may hold `${{ … }}` expressions. */
const template = (max: number) => verbatim({ min: 1, max });

/** One `${{ … }}` expression and nothing else. */
const expressionSchema = verbatim({ min: 1, max: 4000 }).regex(
  /^\s*\$\{\{[\s\S]*\}\}\s*$/,
  'must be one expression: ${{ … }}',
);

/** A JSON value; texts in it may hold expressions, and a text that is one expression becomes its value. */
const templatedJson = jsonObject({ maxBytes: 64 * 1024 });

const stepIdSchema = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/,
    'must start with a letter or underscore and hold only letters, digits, underscores and dashes',
  );

/** `30s`, `5m`, `2h`, `7d`, or a duration of ISO 8601 such as `PT5M`. */
export const durationSchema = z
  .string()
  .regex(
    /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d)|P(?!$)(?:\d+W)?(?:\d+D)?(?:T(?!$)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)$/,
    'must be a duration such as 30s, 5m, 2h, 7d or PT5M',
  );

/** What doing a step again means for the world. */
export const SIDE_EFFECTS = ['none', 'idempotent', 'external'] as const;

/** What doing a step again means for the world. */
export type SideEffect = (typeof SIDE_EFFECTS)[number];

/** A task for an agent. */
const taskActionSchema = z.strictObject({
  title: template(200),
  description: template(20_000).optional(),
  type: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{0,62}$/,
      'must hold only lower-case letters, digits and dashes',
    )
    .optional(),
  capabilities: z.array(template(63)).min(1).max(32),
  priority: z.preprocess(priorityFromAlias, z.enum(TASK_PRIORITIES)).optional(),
  entityRef: template(400).optional(),
  input: templatedJson.optional(),
  /** How often an agent may try before the step counts as failed. */
  maxAttempts: z.int().min(1).max(20).optional(),
});

/** An operation of devart, done in the name of whoever started the run. */
const operationActionSchema = z.strictObject({
  /** For example `tasks.create`. */
  id: z
    .string()
    .regex(
      /^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/,
      'must be the id of an operation such as tasks.create',
    ),
  input: templatedJson.optional(),
});

/** A request to a host that the configuration allows. */
const httpActionSchema = z.strictObject({
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
    .default('GET'),
  url: template(2000),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'must be the name of a header'),
      template(4000),
    )
    .optional(),
  body: z.union([templatedJson, template(64 * 1024)]).optional(),
  /** Statuses that count as success; 200 to 299 unless given. */
  expect: z.array(z.int().min(100).max(599)).min(1).max(20).optional(),
});

/** A decision of people. */
const approvalActionSchema = z.strictObject({
  title: template(200),
  description: template(20_000).optional(),
  /** Users and groups who may decide; everybody with the permission unless given. */
  approvers: z.array(template(400)).min(1).max(50).optional(),
  /** How many different people must approve. */
  approvals: z.int().min(1).max(10).default(1),
  /** What happens once it is approved. */
  effect: template(2000).optional(),
  /** What it is expected to cost, in millionths of the currency. */
  costMicros: z.int().min(0).optional(),
  /** Values that whoever approves may change; they are the step's outputs. */
  edit: templatedJson.optional(),
  expiresIn: durationSchema.default('7d'),
  onExpiry: z.enum(['reject', 'escalate']).default('reject'),
  /** Users and groups who are asked when nobody decided in time. */
  escalateTo: z.array(template(400)).min(1).max(50).optional(),
});

/** A pause: exactly one of the three. */
const waitActionSchema = z
  .strictObject({
    for: z.union([durationSchema, expressionSchema]).optional(),
    /** An instant in ISO 8601. */
    until: template(200).optional(),
    event: z
      .strictObject({
        /** For example `task.succeeded`, or a name of your own sent with `runs.sendEvent`. */
        topic: template(200),
        /** An expression about `event`; the first event for which it holds ends the pause. */
        if: verbatim({ min: 1, max: 4000 }).optional(),
      })
      .optional(),
  })
  .refine(
    wait =>
      [wait.for, wait.until, wait.event].filter(part => part !== undefined)
        .length === 1,
    { error: 'must have exactly one of for, until, event' },
  );

/** A run of another workflow. */
const workflowActionSchema = z.strictObject({
  /** Its name. */
  name: template(63),
  /** A published version, or a range of semantic versions; the newest unless given. */
  version: z.string().max(100).optional(),
  parameters: templatedJson.optional(),
});

/** Everything that a step can do: the name of the key and its contents. */
const actionShapes = {
  task: taskActionSchema,
  operation: operationActionSchema,
  approval: approvalActionSchema,
  wait: waitActionSchema,
  workflow: workflowActionSchema,
  http: httpActionSchema,
} as const;

/** Kinds of steps. */
export const STEP_TYPES = [
  'task',
  'operation',
  'approval',
  'wait',
  'workflow',
  'http',
] as const satisfies readonly (keyof typeof actionShapes)[];

/** Kind of a step. */
export type StepType = (typeof STEP_TYPES)[number];

const hasOneOf =
  (types: readonly string[]) => (step: Record<string, unknown>) =>
    types.filter(type => step[type] !== undefined).length === 1;

/** What takes a step back that had succeeded when its run fails or is cancelled. */
const compensationSchema = z
  .strictObject({
    task: taskActionSchema.optional(),
    operation: operationActionSchema.optional(),
    http: httpActionSchema.optional(),
  })
  .refine(hasOneOf(['task', 'operation', 'http']), {
    error: 'must have exactly one of task, operation, http',
  });

const stepSchema = z
  .strictObject({
    id: stepIdSchema,
    /** For people; the id unless given. */
    name: template(200).optional(),
    /** Steps that must have ended before; a step without any starts at once. */
    needs: z.preprocess(
      value => (typeof value === 'string' ? [value] : value),
      z.array(stepIdSchema).max(MAX_WORKFLOW_STEPS).default([]),
    ),
    /**
     * The step is skipped unless this holds. Without `always()`, `success()` or
     * `failure()` in it, it also needs all steps it depends on to have succeeded.
     */
    if: z
      .union([z.boolean().transform(String), verbatim({ min: 1, max: 4000 })])
      .optional(),
    /** Runs the step once for every combination of the values; they are in `matrix`. */
    matrix: z
      .record(
        z
          .string()
          .regex(
            /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
            'must be a name of letters, digits and underscores',
          ),
        z.union([
          z
            .array(
              z.union([
                z.string(),
                z.number(),
                z.boolean(),
                z.record(z.string(), z.unknown()),
              ]),
            )
            .max(MAX_MATRIX_SIZE),
          expressionSchema,
        ]),
      )
      .optional(),
    /** How many of a matrix may be under way at once; all unless given. */
    maxParallel: z.int().min(1).max(MAX_MATRIX_SIZE).optional(),
    retry: z
      .strictObject({
        /** How often the step is tried altogether. */
        maxAttempts: z.int().min(1).max(20),
        /** The pause before the second try; it doubles from there. */
        delay: durationSchema.default('2s'),
        maxDelay: durationSchema.default('15m'),
      })
      .optional(),
    /** The step fails when it takes longer. */
    timeout: durationSchema.optional(),
    /** The run goes on when the step fails, and can at best end as partial. */
    continueOnError: z.boolean().default(false),
    /** What doing it again means for the world; follows from the kind of step unless given. */
    sideEffect: z.enum(SIDE_EFFECTS).optional(),
    /** Expressions about `result` that make up the step's outputs; the result itself unless given. */
    outputs: z
      .record(
        z
          .string()
          .regex(
            /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
            'must be a name of letters, digits and underscores',
          ),
        z.unknown(),
      )
      .optional(),
    compensate: compensationSchema.optional(),
    task: taskActionSchema.optional(),
    operation: operationActionSchema.optional(),
    approval: approvalActionSchema.optional(),
    wait: waitActionSchema.optional(),
    workflow: workflowActionSchema.optional(),
    http: httpActionSchema.optional(),
  })
  .refine(hasOneOf(STEP_TYPES), {
    error: `must have exactly one of ${STEP_TYPES.join(', ')}`,
  });

/** A step of a workflow as it is written. */
export type WorkflowStep = z.output<typeof stepSchema>;

const triggerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('schedule'),
    /** Five fields: minute, hour, day of month, month, day of week. */
    cron: z.string().max(100),
    /** A time zone of the IANA database. */
    timezone: z.string().max(64).default('UTC'),
    /** What becomes of times that passed while the control plane was down. */
    missed: z.enum(['skip', 'run-once']).default('skip'),
    parameters: templatedJson.optional(),
  }),
  z.strictObject({
    type: z.literal('event'),
    topic: template(200),
    /** An expression about `event`. */
    if: verbatim({ min: 1, max: 4000 }).optional(),
    parameters: templatedJson.optional(),
  }),
  z.strictObject({
    type: z.literal('webhook'),
    /** An expression about `event` (headers and body). */
    if: verbatim({ min: 1, max: 4000 }).optional(),
    parameters: templatedJson.optional(),
  }),
]);

/** What starts a workflow besides people and the API. */
export type WorkflowTrigger = z.output<typeof triggerSchema>;

/** A version of the semantic versioning scheme, https://semver.org, without build metadata. */
export const semverSchema = z
  .string()
  .max(64)
  .regex(
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/,
    'must be a semantic version such as 1.2.0',
  );

/** `spec` of an entity of kind Workflow: its shape. What its expressions say is checked by the control plane. */
export const workflowSpecSchema = z.strictObject({
  version: semverSchema,
  owner: text({ min: 1, max: 400 }).optional(),
  lifecycle: text({ min: 1, max: 63 }).optional(),
  system: text({ min: 1, max: 400 }).optional(),
  /** JSON Schema of an object: what a run is given, rendered as a form. */
  parameters: jsonObject({ maxBytes: 64 * 1024 }).default({ type: 'object' }),
  triggers: z.array(triggerSchema).max(20).default([]),
  /** The run fails when it takes longer. */
  timeout: durationSchema.optional(),
  /** Expressions about the steps that make up the outputs of the run. */
  outputs: z
    .record(
      z
        .string()
        .regex(
          /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
          'must be a name of letters, digits and underscores',
        ),
      z.unknown(),
    )
    .optional(),
  steps: z.array(stepSchema).min(1).max(MAX_WORKFLOW_STEPS),
});

/** `spec` of an entity of kind Workflow. */
export type WorkflowSpec = z.output<typeof workflowSpecSchema>;

/** A Workflow entity as it is written in YAML. */
export const workflowDocumentSchema = z.strictObject({
  apiVersion: z.literal('devart.ai/v1alpha1'),
  kind: z.literal('Workflow'),
  metadata: z.looseObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
        'must start and end with a letter or digit and hold only letters, digits and . _ -',
      ),
    namespace: z.string().optional(),
    title: text({ max: 200 }).optional(),
    description: text({ max: 4000 }).optional(),
  }),
  spec: workflowSpecSchema,
});

/** A Workflow entity. */
export type WorkflowDocument = z.output<typeof workflowDocumentSchema>;

/** The kind of a step. */
export function typeOfStep(step: WorkflowStep): StepType {
  return STEP_TYPES.find(type => step[type] !== undefined)!;
}

/** Whether a value is JSON that PostgreSQL can store. */
export const storableJsonSchema = z.unknown().refine(isJson, {
  error: 'must be JSON',
});
