import { createHmac, randomUUID } from 'node:crypto';

/** A webhook to be sent. */
export interface GithubWebhookDelivery {
  /** The endpoint, such as `http://localhost:7007/api/devart/webhooks/github`. */
  url: string;
  secret: string;
  event: string;
  payload: unknown;
  /** A new one unless given; the same again is a redelivery. */
  deliveryId?: string;
  /** Instead of the right one; `false` leaves the header out. */
  signature?: string | false;
}

/** The headers and body with which GitHub would send a webhook. */
export function signGithubWebhook(
  delivery: Omit<GithubWebhookDelivery, 'url'>,
): { headers: Record<string, string>; body: string } {
  const { secret, event, payload, deliveryId = randomUUID() } = delivery;
  const body = JSON.stringify(payload);
  const hmac = (algorithm: string) =>
    `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
  const { signature = hmac('sha256') } = delivery;
  return {
    body,
    headers: {
      accept: '*/*',
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-delivery': deliveryId,
      'x-github-event': event,
      'x-github-hook-id': '292430182',
      'x-github-hook-installation-target-id': '431',
      'x-github-hook-installation-target-type': 'integration',
      ...(signature !== false && {
        'x-hub-signature': hmac('sha1'),
        'x-hub-signature-256': signature,
      }),
    },
  };
}

/** Sends a webhook as GitHub would. */
export async function deliverGithubWebhook(
  delivery: GithubWebhookDelivery,
): Promise<Response> {
  const { headers, body } = signGithubWebhook(delivery);
  return await fetch(delivery.url, { method: 'POST', headers, body });
}
