import { createHash, randomBytes } from 'node:crypto';

/** What the keys of agents begin with. */
export const AGENT_KEY_PREFIX = 'dvk_';

/** What enrolment tokens begin with. */
export const ENROLMENT_TOKEN_PREFIX = 'dve_';

/** How much of a secret may be shown to tell it from others. */
const SHOWN_CHARACTERS = 10;

/** A new secret of 256 random bits; with its hash and the part that may be shown. */
export function createSecret(prefix: string) {
  const secret = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { secret, ...describeSecret(secret) };
}

/** What is kept of a secret: its hash, and the part that may be shown. */
export function describeSecret(secret: string) {
  return {
    hash: hashSecret(secret),
    shownPrefix: secret.slice(0, SHOWN_CHARACTERS),
  };
}

/**
 * SHA-256 of a secret. Secrets are random and long, so that neither salt nor a
 * slow function adds anything.
 */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
