import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { useDevartApi, type DevartApi } from '../api';
import { useLive } from '../live';

/** Whoever is signed in, as the control plane sees them. */
export type Me = OperationOutput<typeof operations.portal.me>;

// So that controls do not flicker to disabled on every change of page.
const known = new WeakMap<DevartApi, Me>();

/** Who is signed in and in which role; undefined until it is known. */
export function useMe(): Me | undefined {
  const api = useDevartApi();
  const { value } = useLive<Me>(
    {
      topics: ['organization'],
      initial: known.get(api),
      load: async signal => {
        const me = await api.portal.me({}, { signal });
        known.set(api, me);
        return me;
      },
    },
    [api],
  );
  return value;
}
