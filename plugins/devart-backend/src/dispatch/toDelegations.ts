import type {
  LedgerEntry,
  OperationOutput,
  operations,
} from '@devart/plugin-devart-common';

type Delegation = OperationOutput<
  typeof operations.tasks.history
>['delegations'][number];

function named({ id, name }: LedgerEntry['service']) {
  return { id, name: name ?? id };
}

/** Entries of the ledger as the history of a task shows them. */
export function toDelegations(entries: readonly LedgerEntry[]): Delegation[] {
  return entries.map(entry => ({
    at: entry.at,
    from: entry.delegatedFrom.map(named),
    to: named(entry.service),
    amountMicros: entry.correctedMicros ?? entry.amountMicros,
  }));
}
