import { inputWords } from '@devart/plugin-devart-common';
import { problemSentence } from './problemSentence';

/** What of the schemas of a contract is needed here. */
interface Schema {
  safeParse: (
    value: unknown,
    options: { error: typeof inputWords },
  ) => {
    error?: { issues: readonly { path: PropertyKey[]; message: string }[] };
  };
}

/** What a contract does not accept of an input, by its fields; empty when all is well. */
export function inputProblems<F extends string>(
  schema: Schema,
  input: unknown,
): Partial<Record<F, string>> {
  const problems: Partial<Record<F, string>> = {};
  const { error } = schema.safeParse(input, { error: inputWords });
  for (const { path, message } of error?.issues ?? []) {
    problems[String(path[0] ?? '') as F] ??= problemSentence(message);
  }
  return problems;
}
