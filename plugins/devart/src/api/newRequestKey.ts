/**
 * A key under which the control plane does something only once, however often
 * it is asked. Pages served without TLS have no `crypto.randomUUID`.
 */
export function newRequestKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
