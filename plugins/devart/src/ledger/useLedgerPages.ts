import type {
  LedgerEntry,
  OperationInput,
  operations,
} from '@devart/plugin-devart-common';
import { createPagesHook } from '../live';

/** What narrows the ledger. */
export type LedgerFilters = OperationInput<typeof operations.ledger.export>;

/** Entries of the ledger, newest first, kept up to date. */
export const useLedgerPages = createPagesHook<LedgerEntry, LedgerFilters>({
  topics: ['budget', 'service'],
  minimumIntervalMs: 1000,
  listOf: api => api.ledger.list,
});
