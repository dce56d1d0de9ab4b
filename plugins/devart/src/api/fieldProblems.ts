import { inputIssues } from './inputIssues';
import { problemSentence } from './problemSentence';

/**
 * What the control plane found wrong, by the fields of a form. What belongs to
 * none of them is not for a field to show: the error is thrown on.
 */
export function fieldProblems<F extends string>(
  error: unknown,
  fields: readonly F[],
): Partial<Record<F, string>> {
  const problems: Partial<Record<F, string>> = {};
  for (const { field, problem } of inputIssues(error)) {
    const owner = fields.find(
      each => field === each || field.startsWith(`${each}.`),
    );
    if (owner === undefined) {
      throw error;
    }
    problems[owner] ??= problemSentence(problem);
  }
  if (Object.keys(problems).length === 0) {
    throw error;
  }
  return problems;
}
