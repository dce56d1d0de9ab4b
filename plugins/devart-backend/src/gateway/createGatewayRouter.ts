import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import { isTraceparent } from '@devart/plugin-devart-common';
import type { ErrorRequestHandler, Request, Response, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { v7 as uuidv7 } from 'uuid';
import type { AgentAuthenticator } from '../access/AgentAuthenticator';
import type { AgentCaller } from '../access/Caller';
import type { RateLimiter } from '../access/RateLimiter';
import { AGENT_KEY_PREFIX } from '../access/secrets';
import type { AuditTrail } from '../audit/AuditTrail';
import type { SpendingTask } from '../budgets/Attributor';
import { createBodyReader } from '../operations/createBodyReader';
import { statusOfError } from '../operations/statusOfError';
import { chatCompletions } from './endpoints/chatCompletions';
import { embeddings } from './endpoints/embeddings';
import type { Endpoint, RequestBody } from './endpoints/Endpoint';
import { isMap } from './endpoints/json';
import { responses } from './endpoints/responses';
import type { GatewayCalls } from './GatewayCalls';
import { GatewayError } from './GatewayError';
import { isModelAllowed } from './isModelAllowed';
import type { AttributionFinder } from './rememberAttributions';
import type { ModelCatalog } from './upstreams/ModelCatalog';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Larger numbers are those of no task. */
const MAX_ATTEMPT = 2 ** 31 - 1;

/** What the router needs of the rest of the control plane. */
export interface GatewayRouterOptions {
  agents: AgentAuthenticator;
  calls: GatewayCalls;
  catalog: ModelCatalog;
  attributionOf: AttributionFinder;
  audit: AuditTrail;
  /** Of addresses whose keys are wrong. */
  limiter: RateLimiter;
  maxBodyBytes: number;
  /** In whose audit trail calls without an account stand. */
  organizationId: string;
  logger: LoggerService;
}

function unauthorized(message: string): GatewayError {
  return new GatewayError(message, {
    status: 401,
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  });
}

function forbidden(message: string, code: string): GatewayError {
  return new GatewayError(message, {
    status: 403,
    type: 'invalid_request_error',
    code,
  });
}

/** Anything that goes wrong, in OpenAI's shape. */
function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) {
    return error;
  }
  const status = statusOfError(error);
  if (status < 500) {
    return new GatewayError((error as Error).message, {
      status,
      type: 'invalid_request_error',
      code: 'invalid_value',
    });
  }
  return new GatewayError(
    status === 503
      ? (error as Error).message
      : 'The gateway failed; its log says why',
    {
      status,
      type: 'server_error',
      code: status === 503 ? 'unavailable' : 'internal_error',
      retryAfterSeconds: status === 503 ? 2 : undefined,
      cause: error,
    },
  );
}

/**
 * OpenAI's API for agents, below `/gateway/v1`: with an agent's key in place of
 * one of OpenAI's.
 */
export function createGatewayRouter(options: GatewayRouterOptions): Router {
  const { calls, catalog, attributionOf, audit, limiter, logger } = options;
  const router = PromiseRouter();
  const readBody = createBodyReader(options.maxBodyBytes);

  const knownAgent = async (request: Request) => {
    const key = request.headers.authorization?.match(/^Bearer\s+(\S+)$/i)?.[1];
    const address = request.ip ?? 'unknown';
    // Guessing is slow.
    const answer = key ? limiter.peek(address) : limiter.take(address);
    if (!answer.allowed) {
      throw new GatewayError('Too many calls without a valid key', {
        status: 429,
        type: 'rate_limit_error',
        code: 'rate_limited',
        retryAfterSeconds: answer.retryAfterSeconds,
      });
    }
    if (!key) {
      throw unauthorized('Send the key of an agent as a bearer token');
    }
    if (!key.startsWith(AGENT_KEY_PREFIX)) {
      throw forbidden(
        'The gateway is for agents, with their own key',
        'agents_only',
      );
    }
    const agent = await options.agents.authenticate(key);
    if (!agent) {
      limiter.take(address);
      throw unauthorized(
        'The key is not the key of an agent, or is no longer valid',
      );
    }
    return agent;
  };

  /** The task that a call names. */
  const taskOf = (request: Request): SpendingTask | undefined => {
    const taskId = request.header('x-devart-task');
    const attempt = Number(request.header('x-devart-attempt'));
    if (taskId === undefined) {
      return undefined;
    }
    if (!UUID.test(taskId)) {
      throw GatewayError.invalid(
        'x-devart-task',
        'x-devart-task must be the id of a task',
      );
    }
    if (
      !Number.isSafeInteger(attempt) ||
      attempt < 1 ||
      attempt > MAX_ATTEMPT
    ) {
      throw GatewayError.invalid(
        'x-devart-attempt',
        'x-devart-attempt must be the number of the attempt that the agent holds',
      );
    }
    return { taskId: taskId.toLowerCase(), attempt };
  };

  /** On whose account a call is; the agent must hold the task that it names. */
  const accountOf = async (agent: AgentCaller, task?: SpendingTask) => {
    try {
      return await attributionOf(agent, task);
    } catch (error) {
      if (statusOfError(error) !== 409) {
        throw error;
      }
      throw new GatewayError((error as Error).message, {
        status: 409,
        type: 'invalid_request_error',
        code: 'task_not_held',
        param: 'x-devart-task',
      });
    }
  };

  /** Who calls; refusals are taken down. */
  const admit = async (request: Request) => {
    let actor = 'anonymous';
    let { organizationId } = options;
    try {
      const { caller, refusal, finishing } = await knownAgent(request);
      actor = caller.actor;
      organizationId = caller.organizationId;
      const isFinishing = finishing && request.header('x-devart-task');
      if (refusal && !isFinishing) {
        throw forbidden(refusal, 'agent_refused');
      }
      return caller;
    } catch (error) {
      if (
        error instanceof GatewayError &&
        (error.status === 401 || error.status === 403)
      ) {
        audit.record({
          organizationId,
          actor,
          operation: 'gateway.call',
          outcome: 'refused',
          httpStatus: error.status,
          detail: { error: error.message, path: request.path },
        });
      }
      throw error;
    }
  };

  const mount = (endpoint: Endpoint) =>
    router.post(`/${endpoint.path}`, async (request, response) => {
      const requestId = response.getHeader('x-request-id') as string;
      const agent = await admit(request);
      const task = taskOf(request);
      const attribution = await accountOf(agent, task);
      await readBody(request, response);
      const body: unknown = request.body;
      if (!isMap(body)) {
        throw GatewayError.invalid(
          undefined,
          'The body must be an object of JSON',
        );
      }
      if (typeof body.model !== 'string' || body.model === '') {
        throw GatewayError.invalid('model', 'model must name a model');
      }
      if (
        body.stream !== undefined &&
        body.stream !== null &&
        typeof body.stream !== 'boolean'
      ) {
        throw GatewayError.invalid('stream', 'stream must be true or false');
      }
      const { traceparent } = request.headers;
      await calls.make(
        {
          agent,
          attribution,
          task,
          endpoint,
          requestId,
          body: body as RequestBody,
        },
        response,
        isTraceparent(traceparent) ? traceparent : undefined,
      );
    });

  const modelsFor = (agent: AgentCaller) =>
    catalog.all().flatMap(one =>
      one.models
        .map(model => ({ ...one, model }))
        .filter(found => isModelAllowed(agent.allowedModels, found))
        .map(({ settings, model }) => ({
          id: `${settings.id}/${model.name}`,
          object: 'model' as const,
          created: 0,
          owned_by: settings.id,
        })),
    );

  router.use((_request, response, next) => {
    response.setHeader('x-request-id', uuidv7());
    response.setHeader('cache-control', 'no-store, no-transform');
    next();
  });
  [chatCompletions, responses, embeddings].forEach(mount);
  router.get('/models', async (request, response) => {
    const agent = await admit(request);
    response.json({ object: 'list', data: modelsFor(agent) });
  });
  // Names of models hold slashes.
  router.get('/models/*', async (request, response) => {
    const agent = await admit(request);
    const found = catalog.resolve(
      (request.params as Record<string, string>)[0],
    );
    const id = `${found.settings.id}/${found.model.name}`;
    const model = modelsFor(agent).find(one => one.id === id);
    if (!model) {
      throw forbidden(
        `This agent may not use the model '${id}'`,
        'model_not_allowed',
      );
    }
    response.json(model);
  });
  router.use((request: Request) => {
    throw new GatewayError(
      `The gateway does not offer ${request.method} ${request.path}`,
      {
        status: 404,
        type: 'invalid_request_error',
        code: 'unknown_url',
      },
    );
  });

  const answerError: ErrorRequestHandler = (
    error,
    _request,
    response: Response,
    _next,
  ) => {
    const answer = toGatewayError(error);
    if (answer.code === 'internal_error') {
      logger.error(
        `The gateway failed (${response.getHeader('x-request-id')}): ${stringifyError(error)}`,
      );
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (answer.retryAfterSeconds !== undefined) {
      response.setHeader('retry-after', String(answer.retryAfterSeconds));
    }
    response.status(answer.status).json(answer.body());
  };
  router.use(answerError);
  return router;
}
