import { ConflictError, NotFoundError } from '@backstage/errors';
import type {
  LedgerEntry,
  OperationOutput,
  operations,
  SpendGroup,
} from '@devart/plugin-devart-common';
import { scopeOf, type KnownCaller, type MemberCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import { InvalidInputError } from '../operations/InvalidInputError';
import type {
  ChargeAnswer,
  NewCharge,
  NewReservation,
  ReserveAnswer,
  SettleAnswer,
  Usage,
} from './charges';
import { ChargeGroups } from './ChargeGroups';
import type { ChargeStore } from './ChargeStore';
import type { LedgerFilter, LedgerStore, SpendRow } from './LedgerStore';
import { csvHeader, csvLine } from './toCsv';
import { toLedgerEntry } from './toLedgerEntry';

/** The most buckets of a report. */
const MAX_BUCKETS = 400;
const DEFAULT_REPORT_MS = 30 * 24 * 3_600_000;
/** Entries of an export that are read at once. */
const EXPORT_PAGE = 1000;
const MONEY = 'system:money';

type Spend = OperationOutput<typeof operations.ledger.spend>;

/** Hears that an organisation has spent something, or could not. */
export type MovedListener = (moved: {
  organizationId: string;
  serviceId?: string;
  /** The budget that did not allow it. */
  refusedBy?: string;
}) => void;

/**
 * The ledger: moves money for whoever was authorised before, and shows where
 * it went. Time is the database's alone.
 */
export class LedgerService {
  readonly #database: Database;
  readonly #charges: ChargeStore;
  readonly #groups: ChargeGroups;
  readonly #store: LedgerStore;
  readonly #organizations: Organizations;
  readonly #onMoved: MovedListener[] = [];

  constructor(options: {
    database: Database;
    charges: ChargeStore;
    store: LedgerStore;
    organizations: Organizations;
  }) {
    this.#database = options.database;
    this.#charges = options.charges;
    this.#groups = new ChargeGroups({
      database: options.database,
      store: options.charges,
    });
    this.#store = options.store;
    this.#organizations = options.organizations;
  }

  /** Adds whom to tell when money has moved, or a budget did not let it. */
  onMoved(listener: MovedListener): void {
    this.#onMoved.push(listener);
  }

  /**
   * Charges a service, or by its rules its fallback: all or nothing, once a
   * request. The caller was authorised, and the attribution is true.
   */
  async charge(
    organizationId: string,
    charge: NewCharge,
  ): Promise<ChargeAnswer> {
    const answer = await this.#groups.charge(organizationId, charge);
    this.#moved(organizationId, answer);
    return answer;
  }

  /**
   * Holds money back for a call of one service whose cost is not known yet: as
   * much of `mostMicros` as the budgets have, at least `leastMicros`. Fallbacks
   * are reserved anew, at their own price: the refusal names the next one.
   */
  async reserve(
    organizationId: string,
    reservation: NewReservation,
  ): Promise<ReserveAnswer> {
    const answer = await this.#database.asSystemAtOnce(
      reservation.attribution.actor,
      tx => this.#charges.reserve(tx, organizationId, reservation),
    );
    this.#moved(organizationId, answer);
    return answer;
  }

  /**
   * Writes what a call came to, and frees the rest of what was held back for
   * it. Once a request: settling again answers the same, and what became
   * suspense meanwhile is corrected.
   */
  async settle(
    organizationId: string,
    requestId: string,
    usage: Usage,
  ): Promise<SettleAnswer> {
    const answer = await this.#database.asSystemAtOnce(MONEY, tx =>
      this.#charges.settle(tx, organizationId, requestId, usage),
    );
    this.#moved(organizationId, {});
    return answer;
  }

  /**
   * Reserves for several calls of one service that count against the same
   * budgets, in one transaction that does not wait for the disk. See {@link LedgerService.reserve}.
   */
  async reserveTogether(
    organizationId: string,
    reservations: readonly NewReservation[],
  ): Promise<ReserveAnswer[]> {
    const together =
      reservations.length > 1
        ? await this.#database.asSystemAtOnce(MONEY, tx =>
            this.#charges.reserveGroup(tx, organizationId, reservations),
          )
        : undefined;
    const answers =
      together ??
      (await this.#database.asSystemAtOnce(MONEY, tx =>
        this.#charges.reserveEach(tx, organizationId, reservations),
      ));
    answers.forEach(answer => this.#moved(organizationId, answer));
    return answers;
  }

  /**
   * Waits until all that was written before is durable; answers which of some
   * requests stand in the ledger then.
   */
  async flush(
    organizationId: string,
    requestIds: readonly string[],
  ): Promise<string[]> {
    return this.#database.asSystemAtOnce(MONEY, tx =>
      this.#charges.flush(tx, organizationId, requestIds),
    );
  }

  /**
   * Settles several calls that were reserved together, without waiting for the
   * disk: {@link LedgerService.flush} does. Answers which of them are settled.
   * See {@link LedgerService.settle}.
   */
  async settleTogether(
    organizationId: string,
    calls: readonly { requestId: string; usage: Usage }[],
  ): Promise<boolean[]> {
    const isSettled =
      calls.length > 1 &&
      (await this.#database.asSystemAtOnce(MONEY, tx =>
        this.#charges.settleGroup(tx, organizationId, calls),
      ));
    const settled = isSettled
      ? calls.map(() => true)
      : await this.#database.asSystemAtOnce(MONEY, tx =>
          this.#charges.settleEach(tx, organizationId, calls),
        );
    this.#moved(organizationId, {});
    return settled;
  }

  /** Frees what was held back for a call that was never made; answers whether there was anything. */
  async release(organizationId: string, requestId: string): Promise<boolean> {
    const released = await this.#database.asSystemAtOnce(MONEY, tx =>
      this.#charges.release(tx, organizationId, requestId),
    );
    this.#moved(organizationId, {});
    return released;
  }

  /** Turns a reservation that is overdue into suspense; answers whether there was one. */
  async expireOne(): Promise<boolean> {
    return this.#database.asSystemAtOnce('system:reservations', tx =>
      this.#charges.expireOne(tx),
    );
  }

  /** Entries newest first, one more than `limit`; an agent sees its own. */
  async list(
    caller: KnownCaller,
    filter: LedgerFilter & { beforeId?: string; limit: number },
  ): Promise<LedgerEntry[]> {
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.list(
        tx,
        caller.organizationId,
        filter,
        caller.kind === 'agent' ? 'agent' : 'member',
      ),
    );
    return rows.map(toLedgerEntry);
  }

  /** The entries as CSV, oldest first, read while they are taken. */
  async *export(
    caller: MemberCaller,
    filter: LedgerFilter,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const { organizationId } = caller;
    const { currency } = this.#organizations.byId(organizationId);
    yield csvHeader();
    let afterId: string | undefined;
    while (!signal.aborted) {
      const page = { ...filter, afterId, limit: EXPORT_PAGE };
      const rows = await this.#database.inScope(scopeOf(caller), tx =>
        this.#store.listForward(tx, organizationId, page),
      );
      if (rows.length > 0) {
        yield rows.map(row => csvLine(toLedgerEntry(row), currency)).join('');
      }
      if (rows.length < EXPORT_PAGE) {
        return;
      }
      afterId = rows[rows.length - 1].id;
    }
  }

  /**
   * What was spent over time.
   *
   * @throws InvalidInputError when there would be too many buckets.
   */
  async spend(
    caller: MemberCaller,
    report: LedgerFilter & {
      groupBy: SpendGroup;
      bucket: 'day' | 'week' | 'month';
      groups: number;
    },
  ): Promise<Spend> {
    const { groupBy, bucket, groups, ...narrowed } = report;
    const { organizationId } = caller;
    const { currency, timeZone } = this.#organizations.byId(organizationId);
    const to = narrowed.to ?? new Date().toISOString();
    const from =
      narrowed.from ??
      new Date(Date.parse(to) - DEFAULT_REPORT_MS).toISOString();
    const filter = { ...narrowed, from, to };
    return this.#database.inScope(scopeOf(caller), async tx => {
      const buckets = await this.#store.buckets(tx, {
        bucket,
        timeZone,
        from,
        to,
        limit: MAX_BUCKETS,
      });
      if (buckets.length > MAX_BUCKETS) {
        throw new InvalidInputError([
          {
            field: 'from',
            problem: `leads to more than ${MAX_BUCKETS} buckets; choose a later one, or longer buckets`,
          },
        ]);
      }
      const rows = await this.#store.spend(tx, organizationId, {
        groupBy,
        bucket,
        timeZone,
        filter,
        groups,
      });
      const keys = rows.flatMap(({ key }) => key ?? []);
      const names = await this.#store.namesOf(tx, groupBy, [...new Set(keys)]);
      return {
        currency,
        timeZone,
        buckets: buckets.map(startsAt => startsAt.toISOString()),
        ...toSpend(rows, { buckets, groups, groupBy, names }),
      };
    });
  }

  /** The charges of a task that a fallback has paid, oldest first. */
  async delegationsOfTask(
    caller: KnownCaller,
    taskId: string,
  ): Promise<LedgerEntry[]> {
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.delegationsOfTask(
        tx,
        caller.organizationId,
        taskId,
        caller.kind === 'agent' ? 'agent' : 'member',
      ),
    );
    return rows.map(toLedgerEntry);
  }

  /**
   * Says what something truly cost.
   *
   * @throws NotFoundError
   * @throws ConflictError when it was corrected to something else before, or is a correction.
   */
  async correct(
    caller: MemberCaller,
    id: string,
    correction: { amountMicros: number; reason: string },
  ): Promise<LedgerEntry> {
    const { organizationId } = caller;
    const { amountMicros, reason } = correction;
    const answer = await this.#database.asSystem(caller.actor, tx =>
      this.#charges.correct(tx, organizationId, id, amountMicros, { reason }),
    );
    if (answer.settled && answer.chargedMicros !== amountMicros) {
      throw new ConflictError(
        `It was corrected before, to ${answer.chargedMicros} millionths; an entry is corrected once`,
      );
    }
    this.#moved(organizationId, {});
    return this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#store.find(
        tx,
        organizationId,
        answer.settled ? answer.entryId : id,
      );
      if (!row) {
        throw new NotFoundError(`There is no entry ${id} in the ledger`);
      }
      if (!answer.settled) {
        throw new ConflictError('It is a correction itself; correct the entry');
      }
      return toLedgerEntry(row);
    });
  }

  #moved(
    organizationId: string,
    answer: { outcome?: string; serviceId?: string; budgetId?: string },
  ): void {
    for (const listener of this.#onMoved) {
      listener({
        organizationId,
        serviceId: answer.serviceId,
        refusedBy: answer.outcome === 'refused' ? answer.budgetId : undefined,
      });
    }
  }
}

/** Buckets and groups of a report from the rows of the database. */
function toSpend(
  rows: readonly SpendRow[],
  options: {
    buckets: readonly Date[];
    groups: number;
    groupBy: SpendGroup;
    names: ReadonlyMap<string, string>;
  },
): Pick<Spend, 'totalMicros' | 'groups' | 'rest'> {
  const { groups, groupBy, names } = options;
  const positions = new Map(
    options.buckets.map((startsAt, index) => [startsAt.getTime(), index]),
  );
  const byPlace = new Map<number, { key: string | null; micros: number[] }>();
  for (const row of rows) {
    const group = byPlace.get(row.place) ?? {
      key: row.key,
      micros: options.buckets.map(() => 0),
    };
    const position = positions.get(row.bucket.getTime());
    if (position !== undefined) {
      group.micros[position] += Number(row.micros);
    }
    byPlace.set(row.place, group);
  }
  const sum = (micros: readonly number[]) => micros.reduce((a, b) => a + b, 0);
  const rest = byPlace.get(groups + 1);
  byPlace.delete(groups + 1);
  const named = [...byPlace.values()].map(({ key, micros }) => ({
    key: key ?? undefined,
    name: key === null ? `no ${groupBy}` : (names.get(key) ?? key),
    totalMicros: sum(micros),
    micros,
  }));
  return {
    totalMicros:
      sum(named.map(({ totalMicros }) => totalMicros)) +
      sum(rest?.micros ?? []),
    groups: named,
    rest: rest && {
      groups: rows[0].groups - groups,
      totalMicros: sum(rest.micros),
      micros: rest.micros,
    },
  };
}
