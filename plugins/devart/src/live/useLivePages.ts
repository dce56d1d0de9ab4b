import { useCallback, useState } from 'react';
import { useLive, type Live, type LiveOptions } from './useLive';

const LARGEST_PAGE = 200;

interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/** How {@link useLivePages} loads. */
export interface LivePagesOptions<T> extends Omit<
  LiveOptions<Page<T>>,
  'load' | 'initial'
> {
  loadPage: (
    page: { limit: number; cursor?: string },
    signal: AbortSignal,
  ) => Promise<Page<T>>;
  /** How many rows to show at first, and how many more each time; 50 unless said otherwise. */
  pageSize?: number;
}

/** A list that grows on demand and keeps all its rows up to date. */
export interface LivePages<T> extends Live<Page<T>> {
  hasMore: boolean;
  loadingMore: boolean;
  loadMore: () => void;
}

/**
 * Like {@link useLive} for a list with pages: asks for as many rows as have
 * been wanted so far, so that all of them stay up to date.
 */
export function useLivePages<T>(
  options: LivePagesOptions<T>,
  dependencies: readonly unknown[],
): LivePages<T> {
  const { loadPage, pageSize = 50, ...rest } = options;
  const key = JSON.stringify(dependencies);
  const [wanted, setWanted] = useState({ key, rows: pageSize });
  const rows = wanted.key === key ? wanted.rows : pageSize;

  const live = useLive<Page<T>>(
    {
      minimumIntervalMs: rows > LARGEST_PAGE ? 1000 : 250,
      ...rest,
      load: async signal => {
        const items: T[] = [];
        let cursor: string | undefined;
        do {
          const limit = Math.min(LARGEST_PAGE, rows - items.length);
          const page = await loadPage({ limit, cursor }, signal);
          items.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== undefined && items.length < rows);
        return { items, nextCursor: cursor };
      },
    },
    [...dependencies, rows],
  );

  const shown = live.value?.items.length ?? 0;
  const loadMore = useCallback(
    () => setWanted({ key, rows: Math.max(rows, shown) + pageSize }),
    [key, rows, shown, pageSize],
  );
  return {
    ...live,
    hasMore: live.value?.nextCursor !== undefined,
    loadingMore: live.isStale && rows > pageSize,
    loadMore,
  };
}
