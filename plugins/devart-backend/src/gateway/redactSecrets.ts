/** What looks like a key or a token, whoever's it is. */
const SECRETS = [
  /\b(?:sk|rk|pk|dvk|dve|ghp|gho|ghs|xoxb|glpat)[-_][A-Za-z0-9_*-]{8,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /\bBearer\s+[^\s"',;]+/gi,
  /\bAKIA[A-Z0-9]{12,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

const REDACTED = '[redacted]';

/**
 * Text without secrets: without those that are known, and without what looks
 * like one.
 */
export function redactSecrets(
  text: string,
  known: readonly string[] = [],
): string {
  const withoutKnown = known
    .filter(secret => secret.length >= 4)
    .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
  return SECRETS.reduce(
    (rest, pattern) => rest.replace(pattern, REDACTED),
    withoutKnown,
  );
}
