import {
  MAX_PROPOSED_FINDINGS,
  MAX_TASK_JSON_BYTES,
  reviewOutputSchema,
  type ProposedFinding,
  type ReviewOutput,
} from '@devart/plugin-devart-common';

/** Room for what surrounds the output in the database. */
const MAX_OUTPUT_BYTES = MAX_TASK_JSON_BYTES - 4096;

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * The output of a review: as many of the findings, which are sorted, as the
 * contract and the size of an output allow.
 *
 * @throws ZodError when the output is not what the contract demands
 */
export function composeOutput(
  review: Omit<ReviewOutput, 'findings' | 'findingsOmitted'>,
  findings: ProposedFinding[],
  impossible: number,
): ReviewOutput {
  let room = MAX_OUTPUT_BYTES - bytesOf({ ...review, findings: [] });
  const kept: ProposedFinding[] = [];
  for (const finding of findings.slice(0, MAX_PROPOSED_FINDINGS)) {
    room -= bytesOf(finding) + 1;
    if (room < 0) {
      break;
    }
    kept.push(finding);
  }
  return reviewOutputSchema.parse({
    ...review,
    findings: kept,
    findingsOmitted: findings.length - kept.length + impossible,
  });
}

/** A sentence that tells how the review came out. */
export function summarize(output: ReviewOutput): string {
  const { findings, findingsOmitted, filesChanged, analyzers } = output;
  const files = filesChanged === 1 ? '1 file' : `${filesChanged} files`;
  const total = findings.length + findingsOmitted;
  const counts = (['error', 'warning', 'notice'] as const)
    .map(severity => ({
      severity,
      count: findings.filter(each => each.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count > 1 ? 's' : ''}`)
    .join(', ');
  const failed = analyzers.filter(({ status }) => status === 'failed');
  return [
    total === 0
      ? `Nothing found in ${files}.`
      : `${total} ${total === 1 ? 'finding' : 'findings'} in ${files}: ${counts}${
          findingsOmitted > 0 ? `, ${findingsOmitted} left out` : ''
        }.`,
    ...(failed.length > 0
      ? [`Not complete: ${failed.map(({ name }) => name).join(', ')} failed.`]
      : []),
  ].join(' ');
}
