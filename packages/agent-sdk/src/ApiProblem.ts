/**
 * What went wrong with a call, by what to do about it:
 *
 * - `unreachable`: no answer, or one that says to come back (502, 503, 504,
 *   429). Ask again.
 * - `fault`: the other side failed (other 5xx, or an answer that cannot be
 *   read). Ask again, but not for ever.
 * - `refused`: the key is wrong (401) or the agent may not do this (403).
 * - `conflict`: the agent no longer holds what it speaks about (409).
 * - `gone`: what the call is about does not exist (404).
 * - `rejected`: the call itself is wrong (other 4xx).
 */
export interface ApiProblem {
  kind: 'unreachable' | 'fault' | 'refused' | 'conflict' | 'gone' | 'rejected';
  /** HTTP status, where there was an answer. */
  status?: number;
  /** What to tell people. */
  message: string;
  /** What the answer asked to wait at least, in milliseconds. */
  retryAfterMs?: number;
}

const KIND_OF_STATUS: Record<number, ApiProblem['kind']> = {
  401: 'refused',
  403: 'refused',
  404: 'gone',
  408: 'unreachable',
  409: 'conflict',
  429: 'unreachable',
  502: 'unreachable',
  503: 'unreachable',
  504: 'unreachable',
};

interface AnsweredError {
  statusCode: number;
  body?: { error?: { message?: string } };
  response?: { headers?: { get(name: string): string | null } };
  message: string;
}

function isAnswered(error: unknown): error is AnsweredError {
  return typeof (error as AnsweredError | undefined)?.statusCode === 'number';
}

function retryAfterMs(error: AnsweredError): number | undefined {
  const header = error.response?.headers?.get('retry-after');
  if (!header) {
    return undefined;
  }
  const seconds = Number(header);
  const ms = Number.isFinite(seconds)
    ? seconds * 1000
    : Date.parse(header) - Date.now();
  return ms > 0 ? ms : undefined;
}

/** The innermost cause: `fetch failed` alone tells nobody anything. */
function describe(error: unknown): string {
  let current = error;
  for (let depth = 0; depth < 5; depth++) {
    const cause = (current as { cause?: unknown } | undefined)?.cause;
    if (typeof cause !== 'object' || !cause) {
      break;
    }
    current = cause;
  }
  const { message, code } = (current ?? {}) as {
    message?: string;
    code?: string;
  };
  return message || code || String(error);
}

/** Says what to do about an error that a call has thrown. */
export function apiProblemOf(error: unknown): ApiProblem {
  if (!isAnswered(error)) {
    // A body that is no JSON comes from something in between, or from a wrong URL.
    const unreadable = error instanceof SyntaxError;
    return {
      kind: unreadable ? 'fault' : 'unreachable',
      message: unreadable
        ? 'the answer is not JSON; is the base URL that of the plugin, such as https://portal.example.com/api/devart?'
        : describe(error),
    };
  }
  const { statusCode: status } = error;
  return {
    kind: KIND_OF_STATUS[status] ?? (status >= 500 ? 'fault' : 'rejected'),
    status,
    message: `${status} ${error.body?.error?.message || error.message}`,
    retryAfterMs: retryAfterMs(error),
  };
}
