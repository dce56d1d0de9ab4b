import { isError } from '@backstage/errors';

/** Whether GitHub said that there is no such thing. */
export function isNotFound(error: unknown): boolean {
  return isError(error) && error.name === 'NotFoundError';
}
