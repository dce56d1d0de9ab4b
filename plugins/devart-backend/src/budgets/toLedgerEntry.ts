import type { LedgerEntry } from '@devart/plugin-devart-common';
import type { LedgerRow } from './LedgerStore';

function named(
  id: string | null,
  name: string | null,
): { id: string; name?: string } | undefined {
  return id === null ? undefined : { id, name: name ?? undefined };
}

function numberOf(value: string | null): number | undefined {
  return value === null ? undefined : Number(value);
}

/** An entry of the ledger as the contract answers it. */
export function toLedgerEntry(row: LedgerRow): LedgerEntry {
  const amountMicros = Number(row.amount_micros);
  return {
    id: row.id,
    at: row.at.toISOString(),
    writtenAt: row.written_at.toISOString(),
    kind: row.kind,
    amountMicros,
    correctedMicros:
      row.correction_micros === null
        ? undefined
        : amountMicros + Number(row.correction_micros),
    correctsId: row.corrects_id ?? undefined,
    requestId: row.request_id,
    service: { id: row.service_id, name: row.service_name ?? undefined },
    delegatedFrom: row.delegated_from.map(({ id, name }) => ({
      id,
      name: name ?? undefined,
    })),
    actor: row.actor,
    agent: named(row.agent_id, row.agent_name),
    team: row.team ?? undefined,
    task: named(row.task_id, row.task_title),
    run: named(row.run_id, row.run_name),
    workflow: named(row.workflow_id, row.workflow_title),
    entityRef: row.entity_ref ?? undefined,
    model: row.model ?? undefined,
    inputTokens: numberOf(row.input_tokens),
    outputTokens: numberOf(row.output_tokens),
    quantity: numberOf(row.quantity),
    reason: row.reason ?? undefined,
  };
}
