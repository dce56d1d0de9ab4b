import type { Transaction } from '../../database/Transaction';
import type { Reserving, Settling } from './Meter';

/** What `reserve_service` answers. */
export interface ReserveAnswer {
  reserved: boolean;
  reservedMicros?: number;
  remainingMicros: number | null;
  reason?: string;
  budgetId: string | null;
  neededMicros?: number;
  fallbackId: string | null;
  onExhausted?: 'ask' | 'reject';
}

/** What `settle_reservation` answers. */
export interface SettleAnswer {
  settled: boolean;
  reason?: string;
}

/** The SQL with which the gateway reserves and settles, several calls at once. */
export class MeterStore {
  /**
   * Does not wait for the disk: whatever is durable later makes this durable
   * before it, and a reservation that an outage of the database takes away is
   * made good when its call is settled.
   */
  async reserve(
    tx: Transaction,
    calls: readonly Reserving[],
  ): Promise<ReserveAnswer[]> {
    const [, rows] = await Promise.all([
      tx.hotRows(`select set_config('synchronous_commit', 'off', true)`),
      tx.hotRows<{ answer: ReserveAnswer }>(
        `select reserve_service(c.organization_id, c.service_id, c.request_id, c.least, c.most, c.seconds,
           c.attribution::jsonb) as answer
         from (
           select * from unnest(?::uuid[], ?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::int[], ?::text[])
             with ordinality as u (organization_id, service_id, request_id, least, most, seconds, attribution, position)
           order by position
         ) c`,
        [
          calls.map(call => call.organizationId),
          calls.map(call => call.serviceId),
          calls.map(call => call.requestId),
          calls.map(call => call.leastMicros),
          calls.map(call => call.mostMicros),
          calls.map(call => call.seconds),
          calls.map(call => JSON.stringify(call.attribution)),
        ],
      ),
    ]);
    return rows.map(({ answer }) => answer);
  }

  async settle(
    tx: Transaction,
    calls: readonly Settling[],
  ): Promise<SettleAnswer[]> {
    const rows = await tx.hotRows<{ answer: SettleAnswer }>(
      `select settle_reservation(c.organization_id, c.request_id, c.amount, c.usage::jsonb) as answer
       from (
         select * from unnest(?::uuid[], ?::text[], ?::bigint[], ?::text[])
           with ordinality as u (organization_id, request_id, amount, usage, position)
         order by position
       ) c`,
      [
        calls.map(call => call.organizationId),
        calls.map(call => call.requestId),
        calls.map(call => call.amountMicros ?? null),
        calls.map(call => JSON.stringify(call.usage)),
      ],
    );
    return rows.map(({ answer }) => answer);
  }

  async release(
    tx: Transaction,
    call: { organizationId: string; requestId: string },
  ): Promise<void> {
    await tx.hotRows('select release_reservation(?, ?)', [
      call.organizationId,
      call.requestId,
    ]);
  }
}
