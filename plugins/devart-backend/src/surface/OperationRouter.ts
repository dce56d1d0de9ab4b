import { ServiceUnavailableError } from '@backstage/errors';
import {
  allOperations,
  isTraceparent,
  type Operation,
  type OperationEvent,
} from '@devart/plugin-devart-common';
import type { Request, Response, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import type { Caller } from '../access/Caller';
import {
  RefusedAgentError,
  type CallerResolver,
} from '../access/CallerResolver';
import type { RateLimiter } from '../access/RateLimiter';
import { aliases, type OperationAlias } from './aliases';
import { createBodyReader } from '../operations/createBodyReader';
import { openApiDocument } from './openApiDocument';
import type { OperationRunner } from './OperationRunner';
import { readInput } from './readInput';
import { sendDocument } from './sendDocument';
import { sendEvents } from '../operations/sendEvents';
import { statusOfError } from '../operations/statusOfError';
import { TooManyRequestsError } from '../operations/TooManyRequestsError';

const DEFAULT_MAX_BODY_BYTES = 256 * 1024;

/** What the router needs of the rest of the control plane. */
export interface OperationRouterOptions {
  runner: OperationRunner;
  callers: CallerResolver;
  anonymousLimiter: RateLimiter;
  /** Aborted when the backend stops: ends calls that wait. */
  stopping: AbortSignal;
}

/** A path that no operation has. */
class NotFoundRouteError extends Error {
  readonly statusCode = 404;

  constructor(method: string, path: string) {
    super(
      `There is no operation ${method} ${path}; /api/devart/openapi.json lists them`,
    );
    this.name = 'NotFoundError';
  }
}

/** When a caller whom an error sends away should come back, in seconds. */
function retryAfterOf(error: unknown): number | undefined {
  if (error instanceof TooManyRequestsError) {
    return error.retryAfterSeconds;
  }
  return error instanceof ServiceUnavailableError ? 2 : undefined;
}

/** The operations as routes of HTTP. */
export class OperationRouter {
  readonly #options: OperationRouterOptions;

  constructor(options: OperationRouterOptions) {
    this.#options = options;
  }

  /** A router with a route for every operation and for every older path. */
  router(): Router {
    const router = PromiseRouter();
    router.get('/openapi.json', (_request, response) => {
      response.json(openApiDocument());
    });
    // First, since `/tasks/:id` would take `/tasks/claim` for a task.
    for (const alias of aliases) {
      this.#mount(router, alias.operation, alias);
    }
    for (const operation of allOperations) {
      this.#mount(router, operation);
    }
    router.use((request: Request) => {
      throw new NotFoundRouteError(request.method, request.path);
    });
    return router;
  }

  #mount(router: Router, operation: Operation, alias?: OperationAlias): void {
    const { method, path } = alias ?? operation;
    const readBody = createBodyReader(
      operation.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    );
    const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
    router[verb](path, async (request, response) => {
      const caller = await this.#admit(operation, request, response);
      await readBody(request, response);
      alias?.adapt?.(request, caller);
      const input = readInput(operation, request);
      await this.#answer(operation, caller, input, { request, response });
    });
  }

  /** Finds out who calls, and lets them in or not; refusals are taken down. */
  async #admit(
    operation: Operation,
    request: Request,
    response: Response,
  ): Promise<Caller> {
    const { runner, callers, anonymousLimiter } = this.#options;
    let caller: Caller = callers.anonymous();
    try {
      // Calls without an account share the bucket of their address, and so do
      // those whose key or token turns out to be wrong: guessing is slow.
      const address = request.ip ?? 'unknown';
      const answer = request.headers.authorization
        ? anonymousLimiter.peek(address)
        : anonymousLimiter.take(address);
      if (!answer.allowed) {
        throw new TooManyRequestsError(answer.retryAfterSeconds);
      }
      caller = await callers.resolve(request, operation);
      return await runner.admit(operation, caller);
    } catch (error) {
      if (request.headers.authorization && statusOfError(error) === 401) {
        anonymousLimiter.take(request.ip ?? 'unknown');
      }
      runner.record(
        operation,
        error instanceof RefusedAgentError ? error.caller : caller,
        { error, status: statusOfError(error) },
      );
      setRetryAfter(response, error);
      throw error;
    }
  }

  async #answer(
    operation: Operation,
    caller: Caller,
    input: Record<string, unknown>,
    { request, response }: { request: Request; response: Response },
  ): Promise<void> {
    const { runner, stopping } = this.#options;
    const abort = new AbortController();
    const abortCall = () => abort.abort();
    response.once('close', abortCall);
    stopping.addEventListener('abort', abortCall);
    try {
      const output = await runner.run(operation, input, {
        caller,
        signal: abort.signal,
        traceparent: isTraceparent(request.headers.traceparent)
          ? request.headers.traceparent
          : undefined,
      });
      if (operation.events) {
        await sendEvents(response, output as AsyncIterable<OperationEvent>);
      } else if (operation.document) {
        await sendDocument(
          response,
          operation.document,
          output as AsyncIterable<string>,
        );
      } else if (output === undefined) {
        response.status(204).end();
      } else {
        response.status(operation.status ?? 200).json(output);
      }
    } catch (error) {
      if (response.destroyed) {
        return;
      }
      if (response.headersSent) {
        // A stream that fails half way can only be cut off.
        response.destroy();
        return;
      }
      setRetryAfter(response, error);
      throw error;
    } finally {
      response.removeListener('close', abortCall);
      stopping.removeEventListener('abort', abortCall);
    }
  }
}

function setRetryAfter(response: Response, error: unknown): void {
  const seconds = retryAfterOf(error);
  if (seconds !== undefined) {
    response.setHeader('retry-after', String(seconds));
  }
}
