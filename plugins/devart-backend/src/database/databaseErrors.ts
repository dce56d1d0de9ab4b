import {
  ConflictError,
  InputError,
  NotAllowedError,
  ServiceUnavailableError,
} from '@backstage/errors';

/** Codes are PostgreSQL's SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const INSUFFICIENT_PRIVILEGE = '42501';
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
/** Classes of values that PostgreSQL cannot hold, such as instants before 4713 BC. */
const DATA_EXCEPTION_CLASS = '22';
/** Connection exceptions, shutting down, too many connections. */
const UNAVAILABLE = /^(08...|57P0[123]|53300)$/;
const UNREACHABLE_SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
]);
const UNREACHABLE_MESSAGES =
  /Connection terminated|Connection ended unexpectedly|Timeout acquiring a connection|the database system is|Client has encountered a connection error|connection is closed|Unable to acquire a connection/i;

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** Whether doing the whole transaction again may succeed. */
export function isRetryableTransactionError(error: unknown): boolean {
  const code = codeOf(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

/** Whether the database could not be reached, as opposed to having refused something. */
export function isUnreachableError(error: unknown): boolean {
  const code = codeOf(error);
  return (
    UNAVAILABLE.test(code) ||
    UNREACHABLE_SYSTEM_CODES.has(code) ||
    (error instanceof Error && UNREACHABLE_MESSAGES.test(error.message))
  );
}

/** Name of the constraint that an insert or update violated, if that is what happened. */
export function violatedConstraint(error: unknown): string | undefined {
  const { constraint } = (error ?? {}) as { constraint?: string };
  return codeOf(error) === UNIQUE_VIOLATION ||
    codeOf(error) === FOREIGN_KEY_VIOLATION
    ? constraint
    : undefined;
}

/** Turns what PostgreSQL refused into what a caller can understand; other errors stay as they are. */
export function toPublicError(error: unknown): unknown {
  if (isUnreachableError(error)) {
    return new ServiceUnavailableError(
      'The database does not answer; try again in a moment',
      error,
    );
  }
  const code = codeOf(error);
  if (code === INSUFFICIENT_PRIVILEGE) {
    return new NotAllowedError('Your role does not allow this', error);
  }
  if (code === UNIQUE_VIOLATION) {
    return new ConflictError('There is one like this already', error);
  }
  if (code === FOREIGN_KEY_VIOLATION) {
    return new ConflictError(
      'Something this refers to is not there, or is still needed',
      error,
    );
  }
  if (code.startsWith(DATA_EXCEPTION_CLASS)) {
    return new InputError('A value is outside of what can be stored', error);
  }
  return error;
}
