import { useDevartApi, type DevartApi } from '../api';
import {
  useLivePages,
  type LivePages,
  type LivePagesOptions,
} from './useLivePages';

/** Makes the hook for lists of one sort: newest first, narrowed by filters, kept up to date. */
export function createPagesHook<T, Filters extends object>(
  sort: Omit<LivePagesOptions<T>, 'loadPage' | 'pageSize'> & {
    /** The operation that lists them. */
    listOf: (
      api: DevartApi,
    ) => (
      input: Filters & { limit: number; cursor?: string },
      options: { signal: AbortSignal },
    ) => Promise<{ items: T[]; nextCursor?: string }>;
  },
) {
  const { listOf, ...how } = sort;
  return function usePages(options: {
    filters: Filters;
    pageSize?: number;
  }): LivePages<T> {
    const api = useDevartApi();
    const { filters, pageSize } = options;
    return useLivePages<T>(
      {
        ...how,
        pageSize,
        loadPage: (page, signal) =>
          listOf(api)({ ...filters, ...page }, { signal }),
      },
      [api, JSON.stringify(filters)],
    );
  };
}
