/** What a refusal by a budget tells besides its words. */
export interface RefusalDetail {
  reason: string;
  service?: string;
  budgetId?: string;
  remainingMicros?: number;
  neededMicros?: number;
  /** The services that could not pay, in the order in which they were asked. */
  delegatedFrom?: readonly string[];
  /** The approval that the task waits for. */
  approvalId?: string;
}

/** Answered in the shape in which OpenAI's API says what is wrong, so that its clients understand. */
export class GatewayError extends Error {
  readonly name = 'GatewayError';
  readonly status: number;
  readonly type: string;
  readonly code: string;
  /** The part of the request that is wrong. */
  readonly param?: string;
  readonly retryAfterSeconds?: number;
  readonly detail?: RefusalDetail;

  constructor(
    message: string,
    options: {
      status: number;
      type: string;
      code: string;
      param?: string;
      retryAfterSeconds?: number;
      detail?: RefusalDetail;
      cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.status = options.status;
    this.type = options.type;
    this.code = options.code;
    this.param = options.param;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.detail = options.detail;
  }

  /** What is wrong with a request. */
  static invalid(
    param: string | undefined,
    message: string,
    code: string = 'invalid_value',
  ): GatewayError {
    return new GatewayError(message, {
      status: 400,
      type: 'invalid_request_error',
      code,
      param,
    });
  }

  /** An upstream that does not do what it should. */
  static upstream(
    message: string,
    options: { status?: number; code: string; cause?: unknown },
  ): GatewayError {
    return new GatewayError(message, {
      status: options.status ?? 502,
      type: 'upstream_error',
      code: options.code,
      cause: options.cause,
    });
  }

  body() {
    const { message, type, code, param, detail } = this;
    return {
      error: {
        message,
        type,
        param: param ?? null,
        code,
        ...(detail ? { devart: detail } : {}),
      },
    };
  }
}
