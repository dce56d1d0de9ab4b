import type { LoggerService } from '@backstage/backend-plugin-api';
import type { InboundWebhook } from '@devart/plugin-devart-node';
import { Router } from 'express';
import type { Organizations } from '../access/Organizations';
import { RateLimiter } from '../access/RateLimiter';
import type { Audit } from '../audit/Audit';
import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import { createRetention } from '../loops/createRetention';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { Reviews } from '../reviews/Reviews';
import type { Workflows } from '../workflows/Workflows';
import { createWebhookRouter } from './createWebhookRouter';
import { DeliveryStore } from './DeliveryStore';

/** Deliveries a minute of one address. */
const PER_MINUTE = 1200;

/** What webhooks are built on. */
export interface WebhooksOptions {
  config: Pick<DevartConfig, 'activityDays'>;
  webhooks: ReadonlyMap<string, InboundWebhook>;
  database: Database;
  organizations: Organizations;
  audit: Audit;
  reviews: Reviews;
  workflows: Workflows;
  logger: LoggerService;
}

/** What other systems send, put together. */
export class Webhooks implements Part {
  readonly router = Router();
  readonly background: readonly Loop[];

  constructor(options: WebhooksOptions) {
    const { config, webhooks, database, organizations } = options;
    const { reviews, workflows, logger } = options;
    const audit = options.audit.trail;
    const deliveries = new DeliveryStore();
    this.router.use(
      '/workflows',
      workflows.webhookRouter(
        audit,
        new RateLimiter({ perMinute: PER_MINUTE }),
      ),
    );
    this.router.use(
      createWebhookRouter({
        webhooks,
        contextOf: traceparent => ({
          reviews: reviews.service.intake(traceparent),
        }),
        database,
        deliveries,
        audit,
        limiter: new RateLimiter({ perMinute: PER_MINUTE }),
        organizationId: organizations.first.id,
      }),
    );
    this.background = [
      createRetention({
        name: 'delivery retention',
        database,
        store: deliveries,
        days: config.activityDays,
        logger,
      }),
    ];
  }
}
