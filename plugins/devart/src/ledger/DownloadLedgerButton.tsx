import Button from '@material-ui/core/Button';
import DownloadIcon from '@material-ui/icons/GetApp';
import { useState } from 'react';
import { useDevartApi } from '../api';
import { saveFile, useToasts } from '../components';
import type { LedgerFilters } from './useLedgerPages';

/** Saves the entries that some filters leave as CSV. */
export function DownloadLedgerButton({ filters }: { filters: LedgerFilters }) {
  const api = useDevartApi();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);

  const download = async () => {
    setBusy(true);
    try {
      const parts: string[] = [];
      for await (const part of await api.ledger.export(filters)) {
        parts.push(part);
      }
      saveFile('ledger.csv', ...parts);
    } catch (error) {
      toasts.failure('The ledger could not be downloaded', error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Button
      size="small"
      variant="outlined"
      startIcon={<DownloadIcon aria-hidden />}
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : download}
    >
      {busy ? 'Downloading…' : 'Download CSV'}
    </Button>
  );
}
