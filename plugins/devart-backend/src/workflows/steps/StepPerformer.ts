import { NotAllowedError, NotFoundError } from '@backstage/errors';
import { causedByRun } from '../../database/causeDepth';
import type { OperationPerformer } from '../../operations/OperationPerformer';
import { statusOfError } from '../../operations/statusOfError';
import type { ActingCallers } from './ActingCallers';
import type { HttpRequester } from './HttpRequester';
import { operationOfStep } from './operationOfStep';
import type { RunRecord } from '../state/RunRecord';
import type { Performance } from '../state/RunState';

/** Does the steps that the control plane does itself: operations and requests. */
export class StepPerformer {
  #runner: OperationPerformer | undefined;
  readonly #callers: ActingCallers;
  readonly #http: HttpRequester;

  constructor(options: { callers: ActingCallers; http: HttpRequester }) {
    this.#callers = options.callers;
    this.#http = options.http;
  }

  /** Says what does operations, which is put together after what does them in steps. */
  operateWith(runner: OperationPerformer): void {
    this.#runner = runner;
  }

  /**
   * Does a step and answers its result. A second time with the same attempt
   * carries the same idempotency key.
   */
  async perform(
    performance: Performance,
    context: { run: RunRecord; signal: AbortSignal },
  ): Promise<unknown> {
    const { action, stepRunId, attempt } = performance;
    const idempotencyKey = `devart-step-${stepRunId}-${attempt}`;
    const { run, signal } = context;
    if (action.type === 'http') {
      return this.#http.request(action, {
        idempotencyKey,
        traceparent: run.traceparent,
        signal,
      });
    }
    const operation = operationOfStep(action.id);
    const runner = this.#runner;
    if (!operation || !runner) {
      throw new NotFoundError(`There is no operation ${action.id} for steps`);
    }
    const caller = await this.#callers.resolve(run);
    runner.admitActing(operation, caller);
    const input: Record<string, unknown> = { ...action.input };
    if ('idempotencyKey' in operation.input.shape) {
      input.idempotencyKey ??= idempotencyKey;
    }
    const output = await causedByRun(run.depth + 1, () =>
      runner.run(operation, input, {
        caller,
        signal,
        traceparent: run.traceparent,
      }),
    );
    return output === undefined ? {} : toJson(output);
  }

  /** Whether trying again may help: not when the request itself was wrong or not allowed. */
  mayRetry(error: unknown): boolean {
    return (
      !(error instanceof NotAllowedError) &&
      ![400, 401, 403].includes(statusOfError(error))
    );
  }
}

/** As it would be read from the wire. */
function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
