import type { AuditEntry } from '@devart/plugin-devart-common';

export const OUTCOME_WORDS: Record<AuditEntry['outcome'], string> = {
  succeeded: 'Done',
  refused: 'Refused',
  failed: 'Failed',
};
