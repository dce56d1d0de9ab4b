import {
  capabilitiesSchema,
  entityRefSchema,
  isStorableText,
  jsonObject,
  TASK_PRIORITIES,
  text,
  verbatim,
} from '@devart/plugin-devart-common';
import { z } from 'zod';
import { isInstant, isTopic } from './checks/checkActions';
import { ExpressionError } from './expressions/ExpressionError';
import { kindOf } from './expressions/celValues';
import { textOf } from './expressions/textOf';
import { parseDuration } from '../../time/parseDuration';
import { formatPath } from './source/formatPath';
import { valueAt } from './source/valueAt';

const MAX_INPUT_BYTES = 256 * 1024;

/** Where texts are expected, numbers and truth values are their text. */
function written<T extends z.ZodType>(schema: T) {
  return z.preprocess(
    value =>
      ['number', 'boolean'].includes(typeof value) ? textOf(value) : value,
    schema,
  );
}

const inputSchema = jsonObject({ maxBytes: MAX_INPUT_BYTES });
const titleSchema = written(text({ min: 1, max: 200 }));
const descriptionSchema = written(text({ max: 20_000 }));
const peopleSchema = z
  .array(entityRefSchema)
  .min(1)
  .max(50)
  .transform(people => [...new Set(people)]);

const durationMsSchema = z.string().transform((value, context) => {
  try {
    return parseDuration(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const taskSchema = z.object({
  type: z.literal('task'),
  title: titleSchema,
  description: descriptionSchema.default(''),
  taskType: z.string().optional(),
  /** Lower case, sorted, without repetition. */
  capabilities: capabilitiesSchema.refine(set => set.length > 0, {
    error: 'must have at least one entry',
  }),
  priority: z.enum(TASK_PRIORITIES).optional(),
  entityRef: entityRefSchema.optional(),
  input: inputSchema.default({}),
  /** How often agents may try. */
  maxAttempts: z.int().optional(),
});

const operationSchema = z.object({
  type: z.literal('operation'),
  id: z.string(),
  /** Checked by the operation's own contract when it is called. */
  input: inputSchema.default({}),
});

const approvalSchema = z.object({
  type: z.literal('approval'),
  title: titleSchema,
  description: descriptionSchema.default(''),
  approvers: peopleSchema.optional(),
  approvals: z.int(),
  effect: written(text({ min: 1, max: 2000 })).optional(),
  costMicros: z.int().optional(),
  edit: jsonObject({ maxBytes: 64 * 1024 }).optional(),
  expiresInMs: durationMsSchema,
  onExpiry: z.enum(['reject', 'escalate']),
  escalateTo: peopleSchema.optional(),
});

const waitSchema = z.discriminatedUnion('kind', [
  z.object({
    type: z.literal('wait'),
    kind: z.literal('for'),
    ms: durationMsSchema,
  }),
  z.object({
    type: z.literal('wait'),
    kind: z.literal('until'),
    /** ISO 8601 in UTC. */
    at: z
      .string()
      .refine(isInstant, {
        error:
          'must be an instant in ISO 8601 with a time zone, such as 2026-07-01T09:00:00Z',
      })
      .transform(value => new Date(value).toISOString()),
  }),
  z.object({
    type: z.literal('wait'),
    kind: z.literal('event'),
    topic: z.string().max(200).refine(isTopic, {
      error: 'must be the topic of an event such as task.succeeded',
    }),
    /** As it is written, for `eventMatches`. */
    if: z.string().optional(),
  }),
]);

const workflowSchema = z.object({
  type: z.literal('workflow'),
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
      'must be the name of a workflow',
    ),
  /** A version or a range of versions. */
  version: z.string().optional(),
  parameters: inputSchema.default({}),
});

/** Whether a text stays within its header: no control character, which could end it and begin another. */
function staysInHeader(value: string): boolean {
  return [...value].every(character => {
    const code = character.codePointAt(0)!;
    return code === 9 || (code >= 32 && code !== 127);
  });
}

const httpSchema = z.object({
  type: z.literal('http'),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** Absolute, `http:` or `https:`, without credentials; which hosts are allowed is decided where it is sent. */
  url: z.string().max(2000).refine(isWebAddress, {
    error:
      'must be an absolute address that begins with http:// or https:// and holds no user and password',
  }),
  headers: z
    .record(
      z.string(),
      written(
        z.string().max(4000).refine(staysInHeader, {
          error: 'must not hold control characters',
        }),
      ),
    )
    .default({}),
  body: z
    .union([inputSchema, z.array(z.unknown()), verbatim({ max: 256 * 1024 })])
    .optional(),
  expect: z.array(z.int()).optional(),
});

function isWebAddress(address: string): boolean {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    return false;
  }
  const { username, password } = new URL(address);
  return !username && !password && !/\s/.test(address);
}

const actionSchemas = {
  task: taskSchema,
  operation: operationSchema,
  approval: approvalSchema,
  wait: waitSchema,
  workflow: workflowSchema,
  http: httpSchema,
};

/** What a step does, with the values of the run put in; told apart by `type`. */
export type RenderedAction = z.output<
  (typeof actionSchemas)[keyof typeof actionSchemas]
>;

/** What takes a step back, with the values of the run put in. */
export type RenderedCompensation = Extract<
  RenderedAction,
  { type: 'task' | 'operation' | 'http' }
>;

/** Keys of rendered actions that are spelt otherwise in a workflow. */
const WRITTEN_AS: Record<string, string> = {
  taskType: 'type',
  expiresInMs: 'expiresIn',
  ms: 'for',
  at: 'until',
};

/**
 * Holds a rendered action against its shape: parameters and outputs come from
 * outside, and an expression can make anything of them.
 *
 * @throws ExpressionError with the path in the step, for example `task.capabilities[0]`.
 */
export function checkAction(
  action: { type: keyof typeof actionSchemas } & Record<string, unknown>,
): RenderedAction {
  const parsed = actionSchemas[action.type].safeParse(action);
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const path = issue.path.map(step =>
    typeof step === 'string' ? (WRITTEN_AS[step] ?? step) : step,
  );
  throw new ExpressionError(
    messageOf(issue, valueAt(action, issue.path)),
    formatPath([action.type, ...path]),
  );
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected === 'string' ? 'text' : `of type ${issue.expected}`}, not ${kindOf(value)}`;
    case 'too_big':
      return `must have at most ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'entries'}`;
    case 'too_small':
      return 'must not be empty';
    default:
      return issue.message;
  }
}

/** Whether a text can be stored; a name of a step that was rendered must be. */
export function isName(value: string): boolean {
  return (
    value.trim().length > 0 && value.length <= 200 && isStorableText(value)
  );
}
