import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLive, type Live } from '../live';

/** The state of everything. */
export type Overview = OperationOutput<typeof operations.portal.overview>;

/** The state of everything, kept up to date. */
export function useOverview(): Live<Overview> {
  const api = useDevartApi();
  return useLive<Overview>(
    {
      topics: ['task', 'agent', 'review', 'organization'],
      // Counting is dear, and half a second is soon enough for a number.
      minimumIntervalMs: 500,
      load: signal => api.portal.overview({}, { signal }),
    },
    [api],
  );
}
