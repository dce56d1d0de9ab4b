import type { Review, ReviewDetail, Task } from '@devart/plugin-devart-common';
import { literally } from './literally';

const MOST_FINDINGS = 20;

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** What a review found, in a few words. */
export function describeCounts({ counts }: Pick<Review, 'counts'>): string {
  const dismissed = counts.dismissed ? `, ${counts.dismissed} dismissed` : '';
  return `${counted(counts.error, 'error')}, ${counted(counts.warning, 'warning')}, ${counted(counts.notice, 'notice')}${dismissed}`;
}

/** What became of a task and of the review that it did, in Markdown. */
export function describeOutcome(
  task: Task,
  review: ReviewDetail | undefined,
): string {
  if (task.status !== 'succeeded') {
    const because = task.lastError ? `: ${literally(task.lastError)}` : '';
    return `The task ended as **${task.status.replace('_', ' ')}**${because}`;
  }
  if (!review) {
    return 'The task **succeeded**.';
  }
  const size = review.stats
    ? ` in ${counted(review.stats.filesChanged, 'changed file')} (+${review.stats.linesAdded} −${review.stats.linesDeleted} lines)`
    : '';
  const findings = review.findings.filter(finding => !finding.dismissed);
  const shown = findings.slice(0, MOST_FINDINGS).map(finding => {
    const line = finding.line === undefined ? '' : `, line ${finding.line}`;
    return `- ${finding.severity} in ${literally(finding.path)}${line}: ${literally(finding.title)} (${literally(finding.tool)})`;
  });
  const left = findings.length - shown.length + review.findingsOmitted;
  return [
    `The review concludes **${review.conclusion ?? 'nothing'}**: ${describeCounts(review)}${size}.`,
    ...(shown.length > 0 ? ['', ...shown] : []),
    ...(left > 0 ? ['', `${left} more on the page of the task.`] : []),
  ].join('\n');
}
