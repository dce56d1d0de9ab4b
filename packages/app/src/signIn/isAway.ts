import { ResponseError } from '@backstage/errors';

/**
 * Whether a sign-in failed because the portal is away, or only starting, rather
 * than because it refused.
 */
export function isAway(error: unknown): boolean {
  if (error instanceof ResponseError) {
    const { statusCode, body } = error;
    // A back end that starts does not know the paths of its plugins yet. Unlike
    // theirs, its 404 has no error in it.
    return (
      statusCode >= 500 ||
      (statusCode === 404 && body.error.name !== 'NotFoundError')
    );
  }
  // What `fetch` throws when there is no answer.
  return (error as { name?: unknown } | undefined)?.name === 'TypeError';
}
