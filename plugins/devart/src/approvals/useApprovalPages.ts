import type {
  Approval,
  OperationInput,
  operations,
} from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLivePages, type LivePages } from '../live';

/** What narrows a list of requests for approval. */
export type ApprovalFilters = Omit<
  OperationInput<typeof operations.approvals.list>,
  'limit' | 'cursor'
>;

/** Requests for approval, newest first, kept up to date. */
export function useApprovalPages(options: {
  filters: ApprovalFilters;
  pageSize?: number;
}): LivePages<Approval> {
  const api = useDevartApi();
  const { filters, pageSize } = options;
  return useLivePages<Approval>(
    {
      topics: ['approval'],
      pageSize,
      loadPage: (page, signal) =>
        api.approvals.list({ ...filters, ...page }, { signal }),
    },
    [api, JSON.stringify(filters)],
  );
}

/** The requests that wait for whoever is signed in. */
export function useApprovalInbox(
  options: { pageSize?: number } = {},
): LivePages<Approval> {
  return useApprovalPages({ ...options, filters: { mine: true } });
}
