import { ResponseError } from '@backstage/errors';

/** What the control plane says is wrong with one field of an input. */
export interface InputIssue {
  /** Dotted path of the field; empty for the input as a whole. */
  field: string;
  problem: string;
}

/** A conflict begins with the field that it is about, where it is about one. */
const CONFLICT = /^([A-Za-z]+): (.+)$/s;

/** What was wrong with an input, field by field; nothing when that was not the problem. */
export function inputIssues(error: unknown): InputIssue[] {
  if (!(error instanceof ResponseError)) {
    return [];
  }
  if (error.statusCode === 409) {
    const [, field, problem] = CONFLICT.exec(error.body.error.message) ?? [];
    return field && problem ? [{ field, problem }] : [];
  }
  const { issues } = error.body.error as { issues?: unknown };
  return Array.isArray(issues)
    ? issues.filter(
        (issue): issue is InputIssue =>
          typeof issue?.field === 'string' &&
          typeof issue?.problem === 'string',
      )
    : [];
}
