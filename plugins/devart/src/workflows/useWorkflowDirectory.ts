import type { WorkflowSummary } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLive } from '../live';

const NONE: readonly WorkflowSummary[] = [];

/** The workflows to choose from, at most 200; none until they are known. */
export function useWorkflowDirectory(): readonly WorkflowSummary[] {
  const api = useDevartApi();
  const { value = NONE } = useLive<readonly WorkflowSummary[]>(
    {
      topics: ['workflow'],
      minimumIntervalMs: 5000,
      load: async signal =>
        (await api.workflows.list({ limit: 200 }, { signal })).items,
    },
    [api],
  );
  return value;
}
