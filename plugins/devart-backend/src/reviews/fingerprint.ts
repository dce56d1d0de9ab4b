import { createHash } from 'node:crypto';
import type { ProposedFinding } from '@devart/plugin-devart-common';

/**
 * Recognises a finding in later revisions: made from what was found, where,
 * and the text of the line, but not from line numbers, which move. Findings
 * that agree in all of it are told apart by their order.
 *
 * @returns a fingerprint for each finding, in their order; 32 hexadecimal digits
 */
export function fingerprintsOf(findings: readonly ProposedFinding[]): string[] {
  const seen = new Map<string, number>();
  return findings.map(finding => {
    const text = (finding.context ?? finding.message)
      .replace(/\s+/g, ' ')
      .trim();
    const identity = JSON.stringify([
      finding.tool,
      finding.rule,
      finding.path,
      text,
    ]);
    const ordinal = seen.get(identity) ?? 0;
    seen.set(identity, ordinal + 1);
    return createHash('sha256')
      .update(`${identity}#${ordinal}`)
      .digest('hex')
      .slice(0, 32);
  });
}
