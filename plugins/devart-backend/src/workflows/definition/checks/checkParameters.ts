import { ParametersSchema } from '../ParametersSchema';
import { mapOf, type Outline } from './Outline';
import type { Problems } from './Problems';

const PATH = ['spec', 'parameters'];

/** Whether the schema of the parameters is one, and its defaults fit it. */
export function checkParameters(outline: Outline, problems: Problems): void {
  const schema = mapOf(outline.parameters);
  if (!schema) {
    return;
  }
  for (const problem of ParametersSchema.parse(schema).problems) {
    const path = [...PATH, ...problem.path];
    if (problem.ofKey) {
      problems.atKey(path, problem.message);
    } else {
      problems.atValue(path, problem.message);
    }
  }
}
