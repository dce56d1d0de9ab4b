import type { IncomingHttpHeaders } from 'node:http';
import type { ReviewIntake } from '../codeHosts/ReviewIntake';

/**
 * A request as it came in, before anything of it is trusted.
 * @public
 */
export interface WebhookRequest {
  headers: IncomingHttpHeaders;
  /** The body, byte for byte. */
  rawBody: Buffer;
}

/**
 * A verified delivery.
 * @public
 */
export interface WebhookDelivery {
  /** The sender's id of this delivery; the same when it is sent again. */
  id: string;
  event: string;
  payload: unknown;
}

/**
 * What the control plane offers to handlers.
 * @public
 */
export interface WebhookContext {
  reviews: ReviewIntake;
}

/**
 * What became of a delivery; kept with it.
 * @public
 */
export interface WebhookOutcome {
  outcome: 'accepted' | 'ignored';
  detail?: string;
}

/**
 * An endpoint `POST /api/devart/webhooks/<source>` for a system that calls us.
 * The control plane limits the rate and size of requests, answers 401 and
 * audits when {@link InboundWebhook.verify} says no, and hands each delivery id
 * to {@link InboundWebhook.handle} once.
 * @public
 */
export interface InboundWebhook {
  /** Short and unique, for example `github`. */
  readonly source: string;
  /** Whether the sender proved who it is; compares in constant time. */
  verify(request: WebhookRequest): boolean;
  /** @throws InputError naming what is wrong with the request. */
  parse(request: WebhookRequest): WebhookDelivery;
  /** @throws InputError when the payload is not what the event promises. */
  handle(
    delivery: WebhookDelivery,
    context: WebhookContext,
  ): Promise<WebhookOutcome>;
}
