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
const CHARGE_GROUP = `select charge_group(?::uuid, ?::uuid, ?::text[], ?::bigint[], ?::numeric[], ?::jsonb[]) as answer`;
const RESERVE = `select reserve_service(?::uuid, ?::uuid, ?::text, ?::bigint, ?::bigint, ?::integer, ?::jsonb) as answer`;
const RESERVE_GROUP = `select reserve_group(?::uuid, ?::uuid, ?::text[], ?::bigint[], ?::integer[], ?::jsonb[]) as answer`;
const RESERVE_EACH = `
  select reserve_service(?::uuid, c.service, c.request, c.least, c.most, c.seconds, c.attribution::jsonb) as answer
  from (
    select * from unnest(?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::int[], ?::text[])
      with ordinality as u (service, request, least, most, seconds, attribution, position)
    order by position
  ) c`;
const WITHOUT_DISK = `select set_config('synchronous_commit', 'off', true)`;
const LOCK_MONEY = `select devart_lock_money(?::uuid, false)`;
/** Each by itself: a list may be planned as all that the organisation has. */
const LOCK_RESERVATIONS = `
  select id from budget_reservations where id = any (array(
    select known.id from unnest(?::text[]) asked (request) cross join lateral (
      select id from budget_reservations where organization_id = ?::uuid and request_id = asked.request limit 1) known))
  order by id for update`;
const DURABLE = `
  select asked.request as request_id from unnest(?::text[]) asked (request) cross join lateral (
    select from ledger_entries where organization_id = ?::uuid and request_id = asked.request limit 1) known`;
const SETTLE_GROUP = `select settle_group(?::uuid, ?::text[], ?::bigint[], ?::jsonb[]) as answer`;
const SETTLE_EACH = `
  select settle_reservation(?::uuid, c.request, c.amount, c.usage::jsonb) as answer
  from (
    select * from unnest(?::text[], ?::bigint[], ?::text[]) with ordinality as u (request, amount, usage, position)
    order by position
  ) c`;
const SETTLE = `select settle_reservation(?::uuid, ?::text, ?::bigint, ?::jsonb) as answer`;
const RELEASE = `select release_reservation(?::uuid, ?::text) as answer`;
const CORRECT = `select correct_entry(?::uuid, ?::uuid, ?::bigint, ?::jsonb) as answer`;
const EXPIRE = `select expire_reservation() as answer`;

/** What charge_group answers: the id and the amount of each entry by its request. */
interface ChargedGroup {
  remainingMicros?: number;
  entries: Record<string, [id: string, amountMicros: number]>;
}

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

  /**
   * Charges that are all for one service and on the same accounts; undefined
   * when they have to be made one by one.
   */
  async chargeGroup(
    tx: Transaction,
    organizationId: string,
    charges: readonly NewCharge[],
  ): Promise<ChargeAnswer[] | undefined> {
    const [{ serviceId }] = charges;
    const group = await this.#call<ChargedGroup | null>(tx, CHARGE_GROUP, [
      organizationId,
      serviceId,
      charges.map(charge => charge.requestId),
      charges.map(charge => charge.amountMicros ?? null),
      charges.map(charge => charge.quantity ?? 1),
      charges.map(charge => JSON.stringify(charge.attribution)),
    ]);
    return group
      ? charges.map(({ requestId }) => ({
          outcome: 'charged',
          entryId: group.entries[requestId][0],
          chargedMicros: group.entries[requestId][1],
          serviceId,
          delegatedFrom: [],
          remainingMicros: group.remainingMicros,
          suspended: false,
          replayed: false,
        }))
      : undefined;
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

  /**
   * Several of one service that count against the same budgets: each budget is
   * changed once for all of them. Undefined when they have to be reserved one by
   * one, by {@link ChargeStore.reserveEach}. Does not wait for the disk:
   * whatever is durable later makes this durable before it.
   */
  async reserveGroup(
    tx: Transaction,
    organizationId: string,
    reservations: readonly NewReservation[],
  ): Promise<ReserveAnswer[] | undefined> {
    const [{ serviceId }] = reservations;
    const [, group] = await Promise.all([
      tx.hotRows(WITHOUT_DISK),
      this.#call<{ remainingMicros?: number } | null>(tx, RESERVE_GROUP, [
        organizationId,
        serviceId,
        reservations.map(one => one.requestId),
        reservations.map(one => one.mostMicros),
        reservations.map(one => one.seconds),
        reservations.map(one => JSON.stringify(one.attribution)),
      ]),
    ]);
    return group
      ? reservations.map(({ mostMicros }) => ({
          outcome: 'reserved',
          serviceId,
          reservedMicros: mostMicros,
          remainingMicros: group.remainingMicros,
          replayed: false,
        }))
      : undefined;
  }

  /** The same one by one, in the order in which they came: as many as there is money for. */
  async reserveEach(
    tx: Transaction,
    organizationId: string,
    reservations: readonly NewReservation[],
  ): Promise<ReserveAnswer[]> {
    const [, rows] = await Promise.all([
      tx.hotRows(WITHOUT_DISK),
      tx.hotRows<{ answer: ReserveAnswer }>(RESERVE_EACH, [
        organizationId,
        reservations.map(one => one.serviceId),
        reservations.map(one => one.requestId),
        reservations.map(one => one.leastMicros),
        reservations.map(one => one.mostMicros),
        reservations.map(one => one.seconds),
        reservations.map(one => JSON.stringify(one.attribution)),
      ]),
    ]);
    return rows.map(({ answer }) => withoutNulls(answer));
  }

  /**
   * Several that were reserved against the same budgets; answers whether it did,
   * and did nothing when some are not open any more: {@link
   * ChargeStore.settleEach} settles those. Does not wait for the disk: whoever
   * waits for it holds the windows of the budgets meanwhile, and with them
   * everybody who reserves. {@link ChargeStore.flush} waits instead.
   */
  async settleGroup(
    tx: Transaction,
    organizationId: string,
    calls: readonly { requestId: string; usage: Usage }[],
  ): Promise<boolean> {
    const [, isSettled] = await Promise.all([
      tx.hotRows(WITHOUT_DISK),
      this.#call<boolean>(tx, SETTLE_GROUP, [
        organizationId,
        ...settlingsOf(calls),
      ]),
    ]);
    return isSettled;
  }

  /** The same one by one; answers which of them are settled, now or before. */
  async settleEach(
    tx: Transaction,
    organizationId: string,
    calls: readonly { requestId: string; usage: Usage }[],
  ): Promise<boolean[]> {
    const settlings = settlingsOf(calls);
    const [, , , rows] = await Promise.all([
      tx.hotRows(WITHOUT_DISK),
      tx.hotRows(LOCK_MONEY, [organizationId]),
      // All of them before the first window: whoever settles or expires one of
      // them by itself has it before its windows, too.
      tx.hotRows(LOCK_RESERVATIONS, [settlings[0], organizationId]),
      tx.hotRows<{ answer: SettleAnswer }>(SETTLE_EACH, [
        organizationId,
        ...settlings,
      ]),
    ]);
    return rows.map(({ answer }) => answer.settled);
  }

  /**
   * Makes all that was committed before durable with its own commit, without a
   * lock; answers which of some requests stand in the ledger.
   */
  async flush(
    tx: Transaction,
    organizationId: string,
    requestIds: readonly string[],
  ): Promise<string[]> {
    const [, rows] = await Promise.all([
      tx.hotRows(`select pg_logical_emit_message(true, 'devart', '')`),
      tx.hotRows<{ request_id: string }>(DURABLE, [requestIds, organizationId]),
    ]);
    return rows.map(row => row.request_id);
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
      JSON.stringify({ actor: tx.actor, detail }),
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

/** The requests, what they cost, and the rest of what is known of their use. */
function settlingsOf(calls: readonly { requestId: string; usage: Usage }[]) {
  return [
    calls.map(({ requestId }) => requestId),
    calls.map(({ usage }) => usage.amountMicros ?? null),
    calls.map(({ usage: { amountMicros: _, ...rest } }) =>
      JSON.stringify(rest),
    ),
  ] as const;
}

/** What the functions have nothing to say of is missing. */
function withoutNulls<T extends object>(answer: T): T {
  return Object.fromEntries(
    Object.entries(answer).filter(([, value]) => value !== null),
  ) as T;
}
