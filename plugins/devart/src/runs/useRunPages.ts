import type {
  OperationInput,
  operations,
  RunSummary,
} from '@devart/plugin-devart-common';
import { createPagesHook } from '../live';

/** What narrows a list of runs. */
export type RunFilters = Omit<
  OperationInput<typeof operations.runs.list>,
  'limit' | 'cursor'
>;

/** Runs, newest first, kept up to date. */
export const useRunPages = createPagesHook<RunSummary, RunFilters>({
  topics: ['run'],
  minimumIntervalMs: 500,
  listOf: api => api.runs.list,
});
