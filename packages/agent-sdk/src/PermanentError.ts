/**
 * Thrown by a handler when another attempt cannot mend what went wrong: the
 * task becomes a dead letter at once.
 *
 * @public
 */
export class PermanentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentError';
  }
}
