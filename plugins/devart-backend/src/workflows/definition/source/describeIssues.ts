import {
  inputWords,
  workflowDocumentSchema,
} from '@devart/plugin-devart-common';
import type { z } from 'zod';
import { listed, suggestion } from '../suggest';
import { kindOf } from '../expressions/celValues';
import type { ProblemPath } from './formatPath';
import { valueAt } from './valueAt';

/** A problem with the shape of a document. */
export interface ShapeProblem {
  path: ProblemPath;
  /** Whether it is about the key itself, not about what stands under it. */
  ofKey: boolean;
  message: string;
}

type Issue = z.core.$ZodIssue;

/** The most issues, and the most unknown keys of one map, that are told at once. */
const MAX_ISSUES = 100;

/** What is wrong with the shape of a workflow, in words for whoever writes it. */
export function shapeProblems(value: unknown): ShapeProblem[] {
  const parsed = workflowDocumentSchema.safeParse(value, {
    error: inputWords,
  });
  if (parsed.success) {
    return [];
  }
  const { issues } = parsed.error;
  return issues
    .filter(issue => !follows(issue, issues))
    .slice(0, MAX_ISSUES)
    .flatMap(issue => describeIssue(issue, value));
}

/** Whether it is told already: a misspelt key is unknown, and then something is missing too. */
function follows(issue: Issue, issues: readonly Issue[]): boolean {
  return (
    issue.code === 'custom' &&
    issues.some(
      other =>
        other.code === 'unrecognized_keys' &&
        other.path.join() === issue.path.join(),
    )
  );
}

function describeIssue(issue: Issue, document: unknown): ShapeProblem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const accepted = acceptedKeys(path, document);
    return issue.keys.slice(0, MAX_ISSUES).map(key => ({
      path: [...path, key],
      ofKey: true,
      message: `unknown key "${key}"${suggestion(key, accepted)}`,
    }));
  }
  if (issue.code === 'invalid_key') {
    const problem = issue.issues[0]?.message ?? 'is not accepted as a key';
    return [{ path, ofKey: true, message: `the key ${problem}` }];
  }
  return [
    { path, ofKey: false, message: messageOf(issue, valueAt(document, path)) },
  ];
}

const EXPECTED: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};

function messageOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(EXPECTED[issue.expected] ?? issue.expected, value);
    case 'invalid_value':
      return notOneOf(issue.values.map(String), value);
    case 'invalid_union':
      return wrongUnion(issue, value);
    default:
      return issue.message;
  }
}

function wrongType(expected: string, value: unknown): string {
  if (value === undefined) {
    return `is missing; it must be ${expected}`;
  }
  const quotes =
    expected === 'text' && ['number', 'boolean'].includes(typeof value)
      ? '; put it in quotes'
      : '';
  return `must be ${expected}, not ${kindOf(value)}${quotes}`;
}

function notOneOf(accepted: string[], value: unknown): string {
  const choice =
    accepted.length === 1 ? accepted[0] : `one of ${listed(accepted)}`;
  if (value === undefined) {
    return `is missing; it must be ${choice}`;
  }
  const hint =
    typeof value === 'string' && accepted.length > 1
      ? suggestion(value, accepted).replace(/^; accepted are.*$/, '')
      : '';
  return `must be ${choice}${hint}`;
}

function wrongUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  value: unknown,
): string {
  const choices = (issue as { options?: unknown[] }).options;
  if (choices) {
    return notOneOf(choices.map(String), value);
  }
  const messages = issue.errors.map(
    branch =>
      branch.map(inner => messageOf(inner, valueAt(value, inner.path)))[0],
  );
  return (
    [...new Set(messages.filter(Boolean))].join(', or it ') || issue.message
  );
}

/** The keys that the shape knows at a path. */
function acceptedKeys(path: ProblemPath, document: unknown): string[] {
  let shape: z.core.$ZodType | undefined = workflowDocumentSchema;
  let value: unknown = document;
  for (const step of path) {
    shape = below(unwrap(shape, value), step);
    value = valueAt(value, [step]);
  }
  const inner = unwrap(shape, value);
  return inner && isObject(inner) ? Object.keys(inner._zod.def.shape) : [];
}

function below(
  shape: z.core.$ZodType | undefined,
  step: PropertyKey,
): z.core.$ZodType | undefined {
  const def = shape?._zod.def as
    | {
        shape?: Record<PropertyKey, z.core.$ZodType>;
        element?: z.core.$ZodType;
        valueType?: z.core.$ZodType;
      }
    | undefined;
  return def?.shape?.[step] ?? def?.element ?? def?.valueType;
}

function isObject(shape: z.core.$ZodType): shape is z.core.$ZodObject {
  return shape._zod.def.type === 'object';
}

/** The shape behind defaults, options and preparations; of several by `type`, the one that is meant. */
function unwrap(
  shape: z.core.$ZodType | undefined,
  value: unknown,
): z.core.$ZodType | undefined {
  let current = shape;
  for (;;) {
    const def = current?._zod.def as
      | {
          innerType?: z.core.$ZodType;
          out?: z.core.$ZodType;
          options?: z.core.$ZodType[];
          discriminator?: string;
        }
      | undefined;
    if (def?.discriminator && def.options) {
      const wanted = valueAt(value, [def.discriminator]);
      current = def.options.find(option => {
        const literal = below(option, def.discriminator!)?._zod.def as
          { values?: unknown[] } | undefined;
        return literal?.values?.includes(wanted);
      });
      return current;
    }
    const inner = def?.innerType ?? def?.out;
    if (!inner) {
      return current;
    }
    current = inner;
  }
}
