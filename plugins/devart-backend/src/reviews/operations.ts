import { NotFoundError } from '@backstage/errors';
import { requireAgent, requireMember } from '../access/Caller';
import { decodeIdCursor, pageOfRows } from '../database/Cursor';
import type { Handlers } from '../operations/Handlers';
import type { ReviewsService } from './ReviewsService';

/** Handlers of reviews of changes. */
export function createReviewHandlers(
  reviews: ReviewsService,
): Handlers<'reviews'> {
  return {
    request: async (input, { caller, traceparent }) =>
      reviews.request(requireMember(caller), { ...input, traceparent }),
    list: async ({ cursor, ...filter }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await reviews.list(requireMember(caller), {
          ...filter,
          beforeId: decodeIdCursor(cursor),
        }),
        filter.limit,
      );
      return { items: rows, nextCursor };
    },
    get: async ({ id }, { caller }) => {
      const review = await reviews.detail(requireMember(caller), { id });
      if (!review) {
        throw new NotFoundError(`There is no review ${id}`);
      }
      return review;
    },
    forTask: async ({ id }, { caller }) =>
      reviews.detail(requireMember(caller), { taskId: id }),
    checkout: async ({ id, attempt }, { caller }) =>
      reviews.checkout(requireAgent(caller), id, attempt),
    dismissFinding: async ({ id, reason }, { caller }) =>
      reviews.dismiss(requireMember(caller), id, reason),
    restoreFinding: async ({ id }, { caller }) =>
      reviews.restore(requireMember(caller), id),
  };
}
