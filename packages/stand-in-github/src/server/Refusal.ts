/** An error as GitHub answers it. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: Record<string, unknown>[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    options: {
      errors?: Record<string, unknown>[];
      headers?: Record<string, string>;
    } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  /** The body of the answer. */
  toBody(): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors && { errors: this.errors }),
      documentation_url: 'https://docs.github.com/rest',
      status: String(this.status),
    };
  }
}
