import type { ReactNode } from 'react';
import { PagedList } from '../components';
import { ReviewTable } from './ReviewTable';
import { useReviewPages, type ReviewFilters } from './useReviewPages';

/** Reviews, newest first. */
export function ReviewList(props: {
  filters: ReviewFilters;
  pageSize?: number;
  empty: ReactNode;
}) {
  const pages = useReviewPages(props);
  return (
    <PagedList pages={pages} empty={props.empty}>
      {items => <ReviewTable reviews={items} />}
    </PagedList>
  );
}
