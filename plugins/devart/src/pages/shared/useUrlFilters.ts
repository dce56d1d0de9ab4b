import { useCallback, useMemo } from 'react';
import { useSearchParams } from '../../navigation';

/** Filters in the address, and what changes them. */
export interface UrlFilters<N extends string> {
  filters: Partial<Record<N, string>>;
  /** How many of them are set. */
  activeCount: number;
  /** Sets some of them; an empty value takes one away. */
  setFilters: (change: Partial<Record<N, string | undefined>>) => void;
  /** Takes all of them away. */
  clear: () => void;
}

/** Filters that live in the address, so that a filtered list can be shared. */
export function useUrlFilters<N extends string>(
  names: readonly N[],
): UrlFilters<N> {
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

  const clear = useCallback(
    () =>
      setFilters(
        Object.fromEntries(names.map(name => [name, undefined])) as Partial<
          Record<N, undefined>
        >,
      ),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [setFilters],
  );
  const activeCount = Object.values(filters).filter(Boolean).length;

  return { filters, activeCount, setFilters, clear };
}
