import type { Service } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLive } from '../live';

const NONE: readonly Service[] = [];

/** The services to choose from, at most 200; none until they are known. */
export function useServiceDirectory(): readonly Service[] {
  const api = useDevartApi();
  const { value = NONE } = useLive<readonly Service[]>(
    {
      topics: ['service'],
      minimumIntervalMs: 5000,
      load: async signal =>
        (await api.services.list({ limit: 200 }, { signal })).items,
    },
    [api],
  );
  return value;
}
