/**
 * The agent has no key and cannot get one: asking again would not help.
 *
 * @public
 */
export class EnrolmentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EnrolmentError';
  }
}
