import { InputError } from '@backstage/errors';
import type { z } from 'zod';

/** What is wrong with one field of an input. */
export interface InputIssue {
  /** Dotted path of the field; empty for the input as a whole. */
  field: string;
  /** What is wrong and what would be accepted. */
  problem: string;
}

const MAX_ISSUES = 20;

/** An input that its contract does not accept; names every field and its problem. */
export class InvalidInputError extends InputError {
  readonly issues: InputIssue[];

  constructor(issues: InputIssue[]) {
    super(
      issues
        .map(({ field, problem }) => (field ? `${field}: ${problem}` : problem))
        .join('; '),
    );
    this.issues = issues;
  }

  static fromZod(error: z.ZodError, accepted: readonly string[]) {
    return new InvalidInputError(
      error.issues.slice(0, MAX_ISSUES).map(issue => ({
        field: issue.path.map(String).join('.'),
        problem:
          issue.code === 'unrecognized_keys' && issue.path.length === 0
            ? `${issue.message}; accepted are ${accepted.join(', ') || 'none'}`
            : issue.message,
      })),
    );
  }
}
