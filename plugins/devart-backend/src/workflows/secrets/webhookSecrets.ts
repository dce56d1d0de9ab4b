import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const PREFIX = 'whsec_';

/** A new secret in the notation of https://www.standardwebhooks.com. */
export function createWebhookSecret(): string {
  return `${PREFIX}${randomBytes(32).toString('base64')}`;
}

function only(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Whether a delivery was signed with a secret: as Standard Webhooks say
 * (`webhook-id`, `webhook-timestamp`, `webhook-signature`), or as GitHub does
 * (`x-hub-signature-256`, keyed with the secret as it is written).
 *
 * @returns the sender's id of the delivery, which is part of what Standard
 * Webhooks sign; undefined when the signature is missing or wrong.
 */
export function verifyWebhook(
  secret: string,
  headers: IncomingHttpHeaders,
  rawBody: Buffer,
): { deliveryId?: string } | undefined {
  const id = only(headers['webhook-id']);
  const timestamp = only(headers['webhook-timestamp']);
  const signature = only(headers['webhook-signature']);
  if (id !== undefined && timestamp !== undefined && signature !== undefined) {
    try {
      new Webhook(secret).verify(
        rawBody,
        {
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signature,
        },
        { jsonParse: false },
      );
      return { deliveryId: id };
    } catch (error) {
      if (error instanceof WebhookVerificationError) {
        return undefined;
      }
      throw error;
    }
  }
  const hub = only(headers['x-hub-signature-256']);
  const given = /^sha256=([0-9a-f]{64})$/i.exec(hub ?? '')?.[1];
  const expected = createHmac('sha256', secret).update(rawBody).digest();
  return given && timingSafeEqual(Buffer.from(given, 'hex'), expected)
    ? { deliveryId: only(headers['x-github-delivery']) ?? id }
    : undefined;
}
