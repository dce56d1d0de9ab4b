import {
  AuthenticationError,
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import { CodeHostUnavailableError } from '@devart/plugin-devart-node';
import { RequestError } from '@octokit/request-error';

/** GitHub asks to wait at least a minute after a secondary limit without `retry-after`. */
const SECONDARY_LIMIT_PAUSE_MS = 60_000;

/** Clocks differ, and resets are told in whole seconds. */
const RESET_MARGIN_MS = 1_000;

/**
 * Turns what Octokit throws into what callers act on. The only place that
 * knows how GitHub says no.
 *
 * | what happened | what is thrown |
 * |---|---|
 * | 429, 403 with no requests remaining, secondary limit | CodeHostUnavailableError with `retryAt` |
 * | 5xx, 408, no connection, time-out | CodeHostUnavailableError |
 * | 401 | AuthenticationError |
 * | 403 | NotAllowedError |
 * | 404, 410 | NotFoundError |
 * | 409 | ConflictError |
 * | 400, 422 and other 4xx | InputError |
 *
 * Anything that does not come from a request is returned as it is.
 */
export function translateGithubError(error: unknown, now: number): unknown {
  if (!(error instanceof RequestError)) {
    return error;
  }
  const request = `${error.request.method} ${new URL(error.request.url).pathname}`;
  const cause = withoutRequest(error);
  const unavailable = (problem: string, retryAt?: Date) =>
    new CodeHostUnavailableError(`${problem}: ${error.message}`, {
      retryAt,
      cause,
    });
  if (!error.response) {
    return unavailable(`GitHub could not be reached for ${request}`);
  }
  const said = `GitHub answered ${error.status} to ${request}`;
  if (isRateLimit(error)) {
    return unavailable(said, retryAtOf(error, now));
  }
  if (error.status >= 500 || error.status === 408) {
    return unavailable(said, retryAfterOf(error, now));
  }
  switch (error.status) {
    case 401:
      return new AuthenticationError(
        `${said}. Check devart.github.app or devart.github.token: the key or token was refused.`,
        cause,
      );
    case 403:
      return new NotAllowedError(
        `${said}. The App needs the permissions checks: write, pull_requests: write, contents: read and metadata: read, accepted for this installation.`,
        cause,
      );
    case 404:
    case 410:
      return new NotFoundError(
        `${said}. Either it is gone, or the App is not installed for this repository.`,
        cause,
      );
    case 409:
      return new ConflictError(said, cause);
    default:
      return new InputError(said, cause);
  }
}

/** The request carries the token and all of the client's options. */
function withoutRequest(error: RequestError): Error {
  const cause = new Error(error.message);
  cause.name = error.name;
  return Object.assign(cause, {
    status: error.status,
    githubRequestId: header(error, 'x-github-request-id'),
  });
}

function isRateLimit(error: RequestError): boolean {
  if (error.status === 429) {
    return true;
  }
  return (
    error.status === 403 &&
    (header(error, 'x-ratelimit-remaining') === '0' ||
      header(error, 'retry-after') !== undefined ||
      /secondary rate limit|abuse detection/i.test(error.message))
  );
}

function retryAtOf(error: RequestError, now: number): Date {
  const afterSeconds = retryAfterOf(error, now);
  if (afterSeconds) {
    return afterSeconds;
  }
  const reset = Number(header(error, 'x-ratelimit-reset'));
  if (header(error, 'x-ratelimit-remaining') === '0' && reset > 0) {
    return new Date(Math.max(now, reset * 1000) + RESET_MARGIN_MS);
  }
  return new Date(now + SECONDARY_LIMIT_PAUSE_MS);
}

function retryAfterOf(error: RequestError, now: number): Date | undefined {
  const value = header(error, 'retry-after');
  if (value === undefined) {
    return undefined;
  }
  const seconds = Number(value);
  const at = Number.isFinite(seconds)
    ? now + seconds * 1000
    : Date.parse(value);
  return Number.isFinite(at) ? new Date(at) : undefined;
}

function header(error: RequestError, name: string): string | undefined {
  const value = error.response?.headers[name];
  return value === undefined ? undefined : String(value);
}
