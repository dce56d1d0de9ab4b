import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE = /^sha256=[0-9a-f]{64}$/;

/**
 * Whether a body was signed with the secret, as the header
 * `X-Hub-Signature-256` claims. Whatever is not exactly GitHub's form of a
 * signature is no signature.
 */
export function verifySignature(options: {
  secret: string;
  header: string | string[] | undefined;
  rawBody: Buffer;
}): boolean {
  const { secret, header, rawBody } = options;
  if (typeof header !== 'string' || !SIGNATURE.test(header)) {
    return false;
  }
  const expected = createHmac('sha256', secret).update(rawBody).digest();
  const claimed = Buffer.from(header.slice('sha256='.length), 'hex');
  return timingSafeEqual(claimed, expected);
}
