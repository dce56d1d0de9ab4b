import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { InboundWebhook } from './InboundWebhook';

/**
 * Where modules add endpoints for systems that call us.
 * @public
 */
export interface DevartWebhooksExtensionPoint {
  /** @throws Error when an endpoint of the same source was added already. */
  addWebhook(webhook: InboundWebhook): void;
}

/** @public */
export const devartWebhooksExtensionPoint =
  createExtensionPoint<DevartWebhooksExtensionPoint>({
    id: 'devart.webhooks',
  });
