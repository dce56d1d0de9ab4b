import {
  AuthenticationError,
  InputError,
  NotFoundError,
} from '@backstage/errors';
import { isJson } from '@devart/plugin-devart-common';
import { randomUUID } from 'node:crypto';
import express, { type Request, type Response, type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import type { RateLimiter } from '../../access/RateLimiter';
import type { AuditTrail } from '../../audit/AuditTrail';
import type { Database } from '../../database/Database';
import { statusOfError } from '../../operations/statusOfError';
import { TooManyRequestsError } from '../../operations/TooManyRequestsError';
import type { LoadedWorkflow } from '../versions/LoadedWorkflow';
import type { ProgramCache } from '../versions/ProgramCache';
import type { RunsService } from '../runs/RunsService';
import type { SecretBox } from '../secrets/SecretBox';
import { runPath } from '../runs/toRun';
import { verifyWebhook } from '../secrets/webhookSecrets';
import type { WorkflowStore } from '../versions/WorkflowStore';

const MAX_BODY_BYTES = 256 * 1024;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
/** Headers that expressions may see; the others are about the connection, or prove who sent it. */
const SHOWN_HEADERS =
  /^(?:content-type|user-agent|webhook-id|webhook-timestamp|x-github-(?:event|delivery)|x-gitlab-event|x-event-[a-z-]{1,40})$/;

/** What a delivery says, as expressions see it. */
interface Delivered {
  headers: Record<string, string>;
  body: unknown;
}

function read(request: Request, rawBody: Buffer): Delivered {
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      SHOWN_HEADERS.test(name) && typeof value === 'string'
        ? [[name, value]]
        : [],
    ),
  );
  let body: unknown;
  try {
    body = rawBody.length === 0 ? {} : JSON.parse(rawBody.toString());
  } catch {
    throw new InputError('The body must be JSON');
  }
  if (!isJson(body) || !isJson(headers)) {
    throw new InputError('The body must be JSON that can be stored');
  }
  return { headers, body };
}

/**
 * The index of the first trigger of kind webhook that takes the delivery. A
 * workflow that names none takes every delivery.
 */
function triggerOf(
  { program }: LoadedWorkflow,
  delivered: Delivered,
): { index?: number; isTaken: boolean } {
  const indices = program.document.spec.triggers.flatMap((trigger, index) =>
    trigger.type === 'webhook' ? [{ trigger, index }] : [],
  );
  if (indices.length === 0) {
    return { isTaken: true };
  }
  const taken = indices.find(({ trigger }) =>
    program.eventMatches(trigger.if, delivered),
  );
  return { index: taken?.index, isTaken: taken !== undefined };
}

function parametersOf(
  { program }: LoadedWorkflow,
  index: number | undefined,
  delivered: Delivered,
): Record<string, unknown> {
  const trigger =
    index === undefined ? undefined : program.document.spec.triggers[index];
  if (index !== undefined && trigger?.parameters !== undefined) {
    return program.triggerParameters(index, delivered);
  }
  const { parameters } = (delivered.body ?? {}) as { parameters?: unknown };
  return typeof parameters === 'object' &&
    parameters !== null &&
    !Array.isArray(parameters)
    ? (parameters as Record<string, unknown>)
    : {};
}

/** Receives signed deliveries that start runs; each delivery starts one, however often it is sent. */
export function createWorkflowWebhookRouter(options: {
  database: Database;
  store: WorkflowStore;
  programs: ProgramCache;
  runs: RunsService;
  secrets: SecretBox;
  audit: AuditTrail;
  limiter: RateLimiter;
}): Router {
  const { database, store, programs, runs, secrets, audit, limiter } = options;
  const router = PromiseRouter();
  router.post(
    '/:id',
    express.raw({ type: () => true, limit: MAX_BODY_BYTES }),
    async (request: Request, response: Response) => {
      const answer = limiter.take(request.ip ?? 'unknown');
      if (!answer.allowed) {
        response.setHeader('retry-after', String(answer.retryAfterSeconds));
        throw new TooManyRequestsError(answer.retryAfterSeconds);
      }
      const { id } = request.params;
      const webhook = UUID.test(id)
        ? await database.asSystem('system:webhooks', tx =>
            store.webhookWithSecret(tx, id),
          )
        : undefined;
      if (!webhook) {
        throw new NotFoundError(`There is no webhook ${id}`);
      }
      const record = (
        outcome: 'succeeded' | 'refused' | 'failed',
        httpStatus: number,
        detail: Record<string, unknown>,
      ) =>
        audit.record({
          organizationId: webhook.organization_id,
          actor: `webhook:${webhook.name}`,
          operation: 'webhook.workflow',
          outcome,
          httpStatus,
          subject: webhook.workflow_id,
          detail: { webhook: webhook.id, ...detail },
        });
      const rawBody = Buffer.isBuffer(request.body)
        ? request.body
        : Buffer.alloc(0);
      const secret = secrets.open(webhook.secret, webhook.id);
      if (secret === undefined) {
        throw new Error(
          `The secret of webhook ${webhook.id} cannot be read with the configured keys; create the webhook anew`,
        );
      }
      const verified = verifyWebhook(secret, request.headers, rawBody);
      if (!verified) {
        record('refused', 401, {
          error: 'the signature is missing or wrong',
          address: request.ip,
        });
        throw new AuthenticationError('The signature is missing or wrong');
      }
      try {
        const delivered = read(request, rawBody);
        const deliveryId = (verified.deliveryId ?? randomUUID()).slice(0, 100);
        const workflow = await programs.get(
          webhook.organization_id,
          webhook.workflow_id,
        );
        const { index, isTaken } = triggerOf(workflow, delivered);
        if (!isTaken) {
          response.status(202).json({ outcome: 'ignored' });
          return;
        }
        const run = await runs.triggerBySystem({
          organizationId: webhook.organization_id,
          workflowId: webhook.workflow_id,
          trigger: 'webhook',
          triggerData: { ...delivered, webhook: webhook.name },
          parametersOf: current => parametersOf(current, index, delivered),
          startedBy: `webhook:${webhook.name}`,
          actsAs: { actor: webhook.created_by, role: webhook.created_role },
          key: `webhook:${webhook.id}:${deliveryId}`,
          depth: 0,
        });
        await database.asSystem('system:webhooks', tx =>
          store.touchWebhook(tx, webhook.id),
        );
        record('succeeded', 202, { delivery: deliveryId, run: run.id });
        response.status(202).json({
          outcome: run.number === undefined ? 'duplicate' : 'started',
          run: { id: run.id, number: run.number, path: runPath(run.id) },
        });
      } catch (error) {
        const isExpression =
          error instanceof Error && error.name === 'ExpressionError';
        record('failed', isExpression ? 400 : statusOfError(error), {
          error: error instanceof Error ? error.message.slice(0, 500) : '',
        });
        throw isExpression ? new InputError((error as Error).message) : error;
      }
    },
  );
  return router;
}
