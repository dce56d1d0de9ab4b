import { ResponseError } from '@backstage/errors';

/** What the control plane says is wrong with one field of an input. */
export interface InputIssue {
  /** Dotted path of the field; empty for the input as a whole. */
  field: string;
  problem: string;
}

/** What was wrong with an input, field by field; nothing when that was not the problem. */
export function inputIssues(error: unknown): InputIssue[] {
  if (!(error instanceof ResponseError)) {
    return [];
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
