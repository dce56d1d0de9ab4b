import type {
  OperationInput,
  operations,
  Review,
} from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLivePages, type LivePages } from '../live';

/** What narrows a list of reviews. */
export type ReviewFilters = Omit<
  OperationInput<typeof operations.reviews.list>,
  'limit' | 'cursor'
>;

/** Reviews, newest first, kept up to date. */
export function useReviewPages(options: {
  filters: ReviewFilters;
  pageSize?: number;
}): LivePages<Review> {
  const api = useDevartApi();
  const { filters, pageSize } = options;
  return useLivePages<Review>(
    {
      topics: ['review', 'task'],
      minimumIntervalMs: 1000,
      pageSize,
      loadPage: (page, signal) =>
        api.reviews.list({ ...filters, ...page }, { signal }),
    },
    [api, JSON.stringify(filters)],
  );
}
