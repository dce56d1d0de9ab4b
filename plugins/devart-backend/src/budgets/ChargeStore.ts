import type { Transaction } from '../database/Transaction';
import type {
  ChargeAnswer,
  NewCharge,
  NewReservation,
  ReserveAnswer,
  SettleAnswer,
  Usage,
} from './charges';

const CHARGE = `select charge_service(?::uuid, ?::uuid, ?::text, ?::bigint, ?::numeric, ?::jsonb) as answer`;
const RESERVE = `select reserve_service(?::uuid, ?::uuid, ?::text, ?::bigint, ?::bigint, ?::integer, ?::jsonb) as answer`;
const SETTLE = `select settle_reservation(?::uuid, ?::text, ?::bigint, ?::jsonb) as answer`;
const RELEASE = `select release_reservation(?::uuid, ?::text) as answer`;
const CORRECT = `select correct_entry(?::uuid, ?::uuid, ?::bigint, ?::jsonb) as answer`;
const EXPIRE = `select expire_reservation() as answer`;

/**
 * The functions of the database that move money. Each is one statement, which
 * takes its locks in the order that the migration describes: one a transaction.
 */
export class ChargeStore {
  async charge(
    tx: Transaction,
    organizationId: string,
    charge: NewCharge,
  ): Promise<ChargeAnswer> {
    return this.#call(tx, CHARGE, [
      organizationId,
      charge.serviceId,
      charge.requestId,
      charge.amountMicros ?? null,
      charge.quantity ?? 1,
      JSON.stringify(charge.attribution),
    ]);
  }

  async reserve(
    tx: Transaction,
    organizationId: string,
    reservation: NewReservation,
  ): Promise<ReserveAnswer> {
    return this.#call(tx, RESERVE, [
      organizationId,
      reservation.serviceId,
      reservation.requestId,
      reservation.leastMicros,
      reservation.mostMicros,
      reservation.seconds,
      JSON.stringify(reservation.attribution),
    ]);
  }

  async settle(
    tx: Transaction,
    organizationId: string,
    requestId: string,
    usage: Usage,
  ): Promise<SettleAnswer> {
    const { amountMicros, ...details } = usage;
    return this.#call(tx, SETTLE, [
      organizationId,
      requestId,
      amountMicros ?? null,
      JSON.stringify(details),
    ]);
  }

  async release(
    tx: Transaction,
    organizationId: string,
    requestId: string,
  ): Promise<boolean> {
    return this.#call(tx, RELEASE, [organizationId, requestId]);
  }

  async correct(
    tx: Transaction,
    organizationId: string,
    entryId: string,
    amountMicros: number,
    detail: Record<string, unknown>,
  ): Promise<SettleAnswer> {
    return this.#call(tx, CORRECT, [
      organizationId,
      entryId,
      amountMicros,
      JSON.stringify({ detail }),
    ]);
  }

  /** Turns one reservation that is overdue into suspense; answers whether there was one. */
  async expireOne(tx: Transaction): Promise<boolean> {
    return this.#call(tx, EXPIRE, []);
  }

  async #call<T>(
    tx: Transaction,
    sql: string,
    bindings: readonly unknown[],
  ): Promise<T> {
    const [{ answer }] = await tx.hotRows<{ answer: T }>(sql, bindings);
    return typeof answer === 'object' && answer !== null
      ? withoutNulls(answer)
      : answer;
  }
}

/** What the functions have nothing to say of is missing. */
function withoutNulls<T extends object>(answer: T): T {
  return Object.fromEntries(
    Object.entries(answer).filter(([, value]) => value !== null),
  ) as T;
}
