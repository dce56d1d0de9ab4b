import { ResponseError } from '@backstage/errors';

/** What went wrong, in words for the person in front of the screen. */
export interface Problem {
  kind: 'forbidden' | 'missing' | 'conflict' | 'unreachable' | 'other';
  title: string;
  message: string;
}

const TITLES: Record<Problem['kind'], string> = {
  forbidden: 'You may not see or do this',
  missing: 'This does not exist',
  conflict: 'This has changed in the meantime',
  unreachable: 'The portal cannot be reached',
  other: 'Something went wrong',
};

function kindOf(error: unknown): Problem['kind'] {
  if (error instanceof ResponseError) {
    switch (error.statusCode) {
      case 401:
      case 403:
        return 'forbidden';
      case 404:
        return 'missing';
      case 409:
        return 'conflict';
      case 502:
      case 503:
      case 504:
        return 'unreachable';
      default:
        return 'other';
    }
  }
  return isUnreachable(error) ? 'unreachable' : 'other';
}

/** Whether there was no answer at all: `fetch` throws a TypeError then. */
export function isUnreachable(error: unknown): boolean {
  const name = (error as { name?: unknown } | undefined)?.name;
  return name === 'TypeError' || name === 'TimeoutError';
}

/** What guards against changes by several at once, which nobody has typed. */
const GUARDS: Record<string, string> = {
  ifVersion:
    'It was changed while you looked at it. Close this and open it again to see how it is now.',
  idempotencyKey:
    'What you sent before has arrived after all. Look at it before you send this as well.',
};

function messageOf(error: unknown, kind: Problem['kind']): string {
  if (error instanceof ResponseError) {
    const message = error.body.error?.message || error.message;
    const guard = kind === 'conflict' && GUARDS[message.split(':', 1)[0]];
    return guard || message;
  }
  if (kind === 'unreachable') {
    return 'There was no answer. Check your connection; the page goes on by itself when the portal is back.';
  }
  return error instanceof Error ? error.message : String(error);
}

/** Turns whatever an operation threw into words. */
export function describeProblem(error: unknown): Problem {
  const kind = kindOf(error);
  return { kind, title: TITLES[kind], message: messageOf(error, kind) };
}
