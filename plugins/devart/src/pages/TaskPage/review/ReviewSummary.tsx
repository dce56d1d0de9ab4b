import type { ReviewDetail } from '@devart/plugin-devart-common';
import { ConclusionLabel, Publishing } from '../../../reviews';
import { Facts } from '../../../components';
import { plural } from '../../../format';
import { Link } from '../../../navigation';

const WEB_ADDRESS = /^https?:\/\//;

function countsOf({ counts }: ReviewDetail): string {
  const parts = [
    plural(counts.error, 'error'),
    plural(counts.warning, 'warning'),
    plural(counts.notice, 'notice'),
  ];
  if (counts.dismissed > 0) {
    parts.push(`${counts.dismissed.toLocaleString()} dismissed`);
  }
  return parts.join(', ');
}

/** The outcome of a review at a glance. */
export function ReviewSummary({ review }: { review: ReviewDetail }) {
  const { stats, url, number } = review;
  const title =
    number === undefined ? review.title : `#${number} ${review.title}`;
  return (
    <Facts
      facts={{
        Outcome: review.conclusion && (
          <ConclusionLabel conclusion={review.conclusion} />
        ),
        Findings: review.conclusion && countsOf(review),
        // Only addresses of the web become links: the rest could be anything.
        Change:
          url && WEB_ADDRESS.test(url) ? <Link to={url}>{title}</Link> : title,
        Repository: review.repository,
        Revisions: `${review.base || 'parent'} … ${review.head}`,
        Size:
          stats &&
          `${plural(stats.filesChanged, 'file')}, ${plural(
            stats.linesAdded,
            'line',
          )} added, ${plural(stats.linesDeleted, 'line')} deleted`,
        Published: <Publishing review={review} />,
      }}
    />
  );
}
