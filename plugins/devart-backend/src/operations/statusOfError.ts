const STATUS_BY_NAME: Record<string, number> = {
  InputError: 400,
  AuthenticationError: 401,
  NotAllowedError: 403,
  NotFoundError: 404,
  ConflictError: 409,
  TooManyRequestsError: 429,
  ServiceUnavailableError: 503,
};

/** The HTTP status with which an error is answered; errors are known by their names. */
export function statusOfError(error: unknown): number {
  const { statusCode, status, name } = error as {
    statusCode?: number;
    status?: number;
    name?: string;
  };
  return statusCode ?? status ?? STATUS_BY_NAME[name ?? ''] ?? 500;
}
