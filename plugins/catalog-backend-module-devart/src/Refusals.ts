import { ResponseError } from '@backstage/errors';

/**
 * What the control plane refused in a round: one agent that it cannot take must
 * not keep the others from being taken. A control plane that does not answer
 * ends the round at once.
 */
export class Refusals {
  readonly #messages: string[] = [];

  /** @throws what `call` throws, unless it is a refusal. */
  async collect(
    entityRef: string,
    call: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof ResponseError) || error.statusCode >= 500) {
        throw error;
      }
      this.#messages.push(`${entityRef}: ${error.cause.message}`);
    }
  }

  /** @throws Error naming everything that was refused. */
  throwIfAny(): void {
    if (this.#messages.length > 0) {
      throw new Error(
        `The control plane does not take over what the catalog says of ${this.#messages.join('; ')}`,
      );
    }
  }
}
