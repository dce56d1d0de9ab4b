import type {
  OperationInput,
  operations,
  RunSummary,
} from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLivePages, type LivePages } from '../live';

/** What narrows a list of runs. */
export type RunFilters = Omit<
  OperationInput<typeof operations.runs.list>,
  'limit' | 'cursor'
>;

/** Runs, newest first, kept up to date. */
export function useRunPages(options: {
  filters: RunFilters;
  pageSize?: number;
}): LivePages<RunSummary> {
  const api = useDevartApi();
  const { filters, pageSize } = options;
  return useLivePages<RunSummary>(
    {
      topics: ['run'],
      minimumIntervalMs: 500,
      pageSize,
      loadPage: (page, signal) =>
        api.runs.list({ ...filters, ...page }, { signal }),
    },
    [api, JSON.stringify(filters)],
  );
}
