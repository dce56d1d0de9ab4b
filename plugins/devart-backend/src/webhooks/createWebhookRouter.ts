import { AuthenticationError, NotFoundError } from '@backstage/errors';
import { inSpan } from '@devart/plugin-devart-common';
import type {
  InboundWebhook,
  WebhookContext,
} from '@devart/plugin-devart-node';
import { SpanKind } from '@opentelemetry/api';
import express, { type Request, type Response, type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import type { RateLimiter } from '../access/RateLimiter';
import type { AuditTrail } from '../audit/AuditTrail';
import type { Database } from '../database/Database';
import { statusOfError } from '../operations/statusOfError';
import { TooManyRequestsError } from '../operations/TooManyRequestsError';
import type { DeliveryStore } from './DeliveryStore';

const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Receives what other systems send: verifies it, handles each delivery once. */
export function createWebhookRouter(options: {
  webhooks: ReadonlyMap<string, InboundWebhook>;
  /** What handlers may use, as part of the trace of a delivery. */
  contextOf: (traceparent: string) => WebhookContext;
  database: Database;
  deliveries: DeliveryStore;
  audit: AuditTrail;
  limiter: RateLimiter;
  organizationId: string;
}): Router {
  const { webhooks, contextOf, database, deliveries, audit, organizationId } =
    options;
  const router = PromiseRouter();

  const record = (
    source: string,
    outcome: 'succeeded' | 'refused' | 'failed',
    httpStatus: number,
    detail: Record<string, unknown>,
  ) =>
    audit.record({
      organizationId,
      actor: `webhook:${source}`,
      operation: `webhook.${source}`,
      outcome,
      httpStatus,
      detail,
    });

  router.use('/:source', (request: Request, response: Response, next) => {
    const answer = options.limiter.take(request.ip ?? 'unknown');
    if (!answer.allowed) {
      response.setHeader('retry-after', String(answer.retryAfterSeconds));
      throw new TooManyRequestsError(answer.retryAfterSeconds);
    }
    if (!webhooks.has(request.params.source)) {
      throw new NotFoundError(
        `No webhook '${request.params.source}' is configured`,
      );
    }
    next();
  });

  router.post(
    '/:source',
    express.raw({ type: () => true, limit: MAX_BODY_BYTES }),
    async (request: Request, response: Response) => {
      const webhook = webhooks.get(request.params.source)!;
      const { source } = webhook;
      const incoming = {
        headers: request.headers,
        rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      };
      if (!webhook.verify(incoming)) {
        record(source, 'refused', 401, {
          error: 'the signature is missing or wrong',
          address: request.ip,
        });
        throw new AuthenticationError('The signature is missing or wrong');
      }
      const delivery = webhook.parse(incoming);
      const done = await database.asSystem(`webhook:${source}`, tx =>
        deliveries.begin(tx, { ...delivery, source, organizationId }),
      );
      if (done !== undefined) {
        response.status(200).json({ outcome: 'duplicate' });
        return;
      }
      const result = await inSpan(
        {
          name: `webhook ${source}`,
          kind: SpanKind.SERVER,
          parent: request.header('traceparent'),
          attributes: { 'devart.webhook.event': delivery.event },
          isFailure: error => statusOfError(error) >= 500,
        },
        ({ traceparent }) => webhook.handle(delivery, contextOf(traceparent)),
      );
      await database.asSystem(`webhook:${source}`, tx =>
        deliveries.finish(tx, { source, id: delivery.id }, result),
      );
      record(source, 'succeeded', 202, {
        delivery: delivery.id,
        event: delivery.event,
        ...result,
      });
      response.status(202).json(result);
    },
  );
  return router;
}
