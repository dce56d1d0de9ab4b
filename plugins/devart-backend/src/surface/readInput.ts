import {
  pathInputs,
  takesQuery,
  type Operation,
} from '@devart/plugin-devart-common';
import type { Request } from 'express';
import { InvalidInputError } from '../operations/InvalidInputError';

/**
 * Puts the input of an operation together from path, query and body; what it
 * holds is not checked yet.
 *
 * @throws InvalidInputError when the body is no object, or repeats the path.
 */
export function readInput(
  operation: Operation,
  request: Pick<Request, 'params' | 'query' | 'body'>,
): Record<string, unknown> {
  const inPath = pathInputs(operation);
  const rest: unknown = takesQuery(operation)
    ? request.query
    : (request.body ?? {});
  if (typeof rest !== 'object' || rest === null || Array.isArray(rest)) {
    throw new InvalidInputError([
      { field: '', problem: 'The body must be a JSON object' },
    ]);
  }
  const misplaced = inPath.filter(name => Object.hasOwn(rest, name));
  if (misplaced.length > 0) {
    throw new InvalidInputError(
      misplaced.map(field => ({ field, problem: 'is given by the path' })),
    );
  }
  const input: Record<string, unknown> = { ...rest };
  for (const name of inPath) {
    input[name] = request.params[name];
  }
  return input;
}
