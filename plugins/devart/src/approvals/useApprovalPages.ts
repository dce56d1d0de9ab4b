import type {
  Approval,
  OperationInput,
  operations,
} from '@devart/plugin-devart-common';
import { createPagesHook, type LivePages } from '../live';

/** What narrows a list of requests for approval. */
export type ApprovalFilters = Omit<
  OperationInput<typeof operations.approvals.list>,
  'limit' | 'cursor'
>;

/** Requests for approval, newest first, kept up to date. */
export const useApprovalPages = createPagesHook<Approval, ApprovalFilters>({
  topics: ['approval'],
  listOf: api => api.approvals.list,
});

/** The requests that wait for whoever is signed in. */
export function useApprovalInbox(
  options: { pageSize?: number } = {},
): LivePages<Approval> {
  return useApprovalPages({ ...options, filters: { mine: true } });
}
