import { useCallback, useMemo } from 'react';
import { useSearchParams } from '../../navigation';

/** Filters that live in the address, so that a filtered list can be shared. */
export function useUrlFilters<N extends string>(names: readonly N[]) {
  const [params, setParams] = useSearchParams();
  const key = names.map(name => params.get(name) ?? '').join('\u0000');

  const filters = useMemo(() => {
    const values = key.split('\u0000');
    return Object.fromEntries(
      names.map((name, index) => [name, values[index] || undefined]),
    ) as Partial<Record<N, string>>;
    // `names` is a constant of the page.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  const setFilters = useCallback(
    (change: Partial<Record<N, string | undefined>>) =>
      setParams(
        before => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(change)) {
            if (value) {
              next.set(name, value as string);
            } else {
              next.delete(name);
            }
          }
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );

  return { filters, setFilters };
}
