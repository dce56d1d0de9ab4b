import { ConflictError } from '@backstage/errors';

/** The error for a session id that is another agent's. */
export function foreignSession(): ConflictError {
  return new ConflictError(
    'sessionId: is the session of another agent; choose a new one',
  );
}
