import type { Finding, Review } from '@devart/plugin-devart-common';

const MAX_LISTED = 20;
const SEVERITY_WORDS = {
  error: 'Error',
  warning: 'Warning',
  notice: 'Notice',
} as const;

/**
 * Makes text safe inside a line of Markdown: agents and the code they read
 * choose it. Neither markup nor links nor mentions survive.
 */
export function plainInMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|<>~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/@/g, '@\u200b')
    .replace(/:\/\//g, ':\u200b//')
    .trim();
}

/** Text inside a code span, which nothing can close. */
function codeSpan(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  const longest = Math.max(
    0,
    ...[...flat.matchAll(/`+/g)].map(match => match[0].length),
  );
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${flat} ${fence}` : `${fence}${flat}${fence}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** The one line that says how a review came out. */
export function titleOf(review: Pick<Review, 'counts' | 'status'>): string {
  if (review.status !== 'succeeded') {
    return {
      queued: 'Waiting for an agent',
      running: 'An agent is reviewing',
      waiting: 'Held',
      cancelled: 'Cancelled',
      rejected: 'Rejected',
      failed: 'The review failed',
      dead_letter: 'The review could not be done',
    }[review.status];
  }
  const { error, warning, notice } = review.counts;
  if (error + warning + notice === 0) {
    return 'Nothing found';
  }
  return [
    ...(error ? [count(error, 'error')] : []),
    ...(warning ? [count(warning, 'warning')] : []),
    ...(notice ? [count(notice, 'notice')] : []),
  ].join(', ');
}

/** The summary of a review as Markdown. */
export function renderSummary(
  review: Review,
  options: {
    findings: readonly Finding[];
    omitted: number;
    modelReading?: { model: string; text: string };
    error?: string;
    detailsUrl: string;
  },
): string {
  const open = options.findings.filter(finding => !finding.dismissed);
  const known = open.filter(finding => finding.known).length;
  const lines = [`**${titleOf(review)}** for \`${review.head.slice(0, 12)}\``];
  if (options.error && review.status !== 'succeeded') {
    lines.push('', plainInMarkdown(options.error.slice(0, 500)));
  }
  if (open.length > 0) {
    lines.push('', '| | Where | What | Rule |', '|---|---|---|---|');
    for (const finding of open.slice(0, MAX_LISTED)) {
      const where = codeSpan(
        finding.line ? `${finding.path}:${finding.line}` : finding.path,
      ).replaceAll('|', '\\|');
      lines.push(
        `| ${SEVERITY_WORDS[finding.severity]} | ${where} | ${plainInMarkdown(finding.title)} | ${plainInMarkdown(`${finding.tool} ${finding.rule}`)} |`,
      );
    }
    const unlisted = open.length - MAX_LISTED + options.omitted;
    if (unlisted > 0) {
      lines.push('', `… and ${unlisted} more.`);
    }
  }
  const remarks = [
    ...(known > 0
      ? [
          `${count(known, 'finding')} of earlier revisions not repeated at the lines`,
        ]
      : []),
    ...(review.counts.dismissed > 0
      ? [`${review.counts.dismissed} dismissed`]
      : []),
  ];
  if (remarks.length > 0) {
    lines.push('', `${remarks.join('; ')}.`);
  }
  if (options.modelReading) {
    lines.push(
      '',
      `<details><summary>Read by ${plainInMarkdown(options.modelReading.model)}</summary>`,
      '',
      plainInMarkdown(options.modelReading.text),
      '',
      '</details>',
    );
  }
  lines.push('', `[Open in the portal](${options.detailsUrl})`);
  return lines.join('\n');
}
