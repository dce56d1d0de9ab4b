import type {
  LedgerEntry,
  OperationInput,
  operations,
} from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLivePages, type LivePages } from '../live';

/** What narrows the ledger. */
export type LedgerFilters = OperationInput<typeof operations.ledger.export>;

/** Entries of the ledger, newest first, kept up to date. */
export function useLedgerPages(options: {
  filters: LedgerFilters;
  pageSize?: number;
}): LivePages<LedgerEntry> {
  const api = useDevartApi();
  const { filters, pageSize } = options;
  return useLivePages<LedgerEntry>(
    {
      topics: ['budget', 'service'],
      minimumIntervalMs: 1000,
      pageSize,
      loadPage: (page, signal) =>
        api.ledger.list({ ...filters, ...page }, { signal }),
    },
    [api, JSON.stringify(filters)],
  );
}
