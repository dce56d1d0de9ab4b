import type { Review } from '@devart/plugin-devart-common';
import {
  DataTable,
  RelativeTime,
  TaskStatusLabel,
  type Column,
} from '../components';
import { Link, useLinks } from '../navigation';
import { ConclusionLabel } from './ConclusionLabel';
import { Publishing } from './Publishing';

/** Reviews as rows. */
export function ReviewTable({ reviews }: { reviews: readonly Review[] }) {
  const links = useLinks();
  const columns: Column<Review>[] = [
    {
      header: 'Change',
      render: review => (
        <>
          <Link to={links.task(review.taskId)}>
            {review.number !== undefined && `#${review.number} `}
            {review.title}
          </Link>
          {review.supersededBy && <div>Replaced by a newer revision</div>}
        </>
      ),
    },
    {
      header: 'Repository',
      hideBelow: 'Md',
      render: review => review.repository,
    },
    {
      header: 'Outcome',
      render: review =>
        review.conclusion ? (
          <ConclusionLabel conclusion={review.conclusion} />
        ) : (
          <TaskStatusLabel status={review.status} />
        ),
    },
    {
      header: 'Findings',
      hideBelow: 'Sm',
      render: ({ counts, conclusion }) =>
        conclusion ? counts.error + counts.warning + counts.notice : '–',
    },
    {
      header: 'Published',
      hideBelow: 'Sm',
      render: review => <Publishing review={review} />,
    },
    {
      header: 'Asked for',
      hideBelow: 'Md',
      render: review => <RelativeTime at={review.createdAt} />,
    },
  ];
  return (
    <DataTable
      label="Reviews"
      columns={columns}
      rows={reviews}
      rowKey={review => review.id}
    />
  );
}
