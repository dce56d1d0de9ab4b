import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLive, type Live } from '../live';

/** Whether the kill switch for all agents is on, by whom, and why. */
export type Halt = OperationOutput<typeof operations.agents.getHalt>;

/** The kill switch for all agents as it stands. */
export function useHalt(): Live<Halt> {
  const api = useDevartApi();
  return useLive<Halt>(
    {
      topics: ['organization'],
      load: signal => api.agents.getHalt({}, { signal }),
    },
    [api],
  );
}
