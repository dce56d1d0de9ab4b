import type {
  OperationInput,
  operations,
  Review,
} from '@devart/plugin-devart-common';
import { createPagesHook } from '../live';

/** What narrows a list of reviews. */
export type ReviewFilters = Omit<
  OperationInput<typeof operations.reviews.list>,
  'limit' | 'cursor'
>;

/** Reviews, newest first, kept up to date. */
export const useReviewPages = createPagesHook<Review, ReviewFilters>({
  topics: ['review', 'task'],
  minimumIntervalMs: 1000,
  listOf: api => api.reviews.list,
});
