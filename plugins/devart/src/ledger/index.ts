export { DownloadLedgerButton } from './DownloadLedgerButton';
export { LedgerTable } from './LedgerTable';
export { useLedgerPages, type LedgerFilters } from './useLedgerPages';
