import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLive, type Live } from '../live';

/** The state of all services. */
export type ServiceStates = OperationOutput<typeof operations.services.status>;

/** The state of one service. */
export type ServiceState = ServiceStates['items'][number];

/** The state of all services, kept up to date; those that need attention first. */
export function useServiceStates(): Live<ServiceStates> {
  const api = useDevartApi();
  return useLive<ServiceStates>(
    {
      topics: ['service', 'budget'],
      minimumIntervalMs: 500,
      load: signal => api.services.status({}, { signal }),
    },
    [api],
  );
}
