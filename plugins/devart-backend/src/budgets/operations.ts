import { requireKnown, requireMember } from '../access/Caller';
import {
  decodeIdCursor,
  decodeNameCursor,
  encodeNameCursor,
  pageOfRows,
} from '../database/Cursor';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { Handlers } from '../operations/Handlers';
import type { BudgetsService } from './BudgetsService';
import type { LedgerService } from './LedgerService';
import type { ServicesService } from './ServicesService';

/** Handlers of operations on services. */
export function createServiceHandlers(
  services: ServicesService,
): Handlers<'services'> {
  return {
    list: async ({ cursor, limit, ...filter }, { caller }) => {
      const found = await services.list(requireKnown(caller), {
        ...filter,
        afterName: decodeNameCursor(cursor),
        limit,
      });
      const items = found.slice(0, limit);
      return {
        items,
        nextCursor:
          found.length > limit
            ? encodeNameCursor(items[items.length - 1].name)
            : undefined,
      };
    },
    status: async (_input, { caller }) =>
      services.status(requireMember(caller)),
    get: async ({ id }, { caller }) => services.get(requireKnown(caller), id),
    create: async (service, { caller }) =>
      services.create(requireMember(caller), service),
    update: async ({ id, ifVersion, ...change }, { caller }) =>
      services.update(requireMember(caller), id, change, ifVersion),
    delete: async ({ id }, { caller }) =>
      services.delete(requireMember(caller), id),
    increaseBudget: async ({ id, ...increase }, { caller }) =>
      services.increaseBudget(requireMember(caller), id, increase),
  };
}

/** Handlers of operations on budgets. */
export function createBudgetHandlers(
  budgets: BudgetsService,
): Omit<Handlers<'budgets'>, 'forecast'> {
  return {
    list: async ({ cursor, ...filter }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await budgets.list(requireMember(caller), {
          ...filter,
          beforeId: decodeIdCursor(cursor),
        }),
        filter.limit,
      );
      return { items: rows, nextCursor };
    },
    get: async ({ id }, { caller }) => budgets.get(requireMember(caller), id),
    create: async (budget, { caller }) =>
      budgets.create(requireMember(caller), budget),
    update: async ({ id, ...change }, { caller }) =>
      budgets.update(requireMember(caller), id, change),
    delete: async ({ id, reason }, { caller }) =>
      budgets.delete(requireMember(caller), id, reason),
    changes: async ({ cursor, ...filter }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await budgets.changes(requireMember(caller), {
          ...filter,
          beforeId: decodeIdCursor(cursor),
        }),
        filter.limit,
      );
      return { items: rows, nextCursor };
    },
    changesOf: async ({ id, cursor, limit }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await budgets.changesOf(requireMember(caller), id, {
          beforeId: decodeIdCursor(cursor),
          limit,
        }),
        limit,
      );
      return { items: rows, nextCursor };
    },
    alerts: async ({ cursor, ...filter }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await budgets.alerts(requireMember(caller), {
          ...filter,
          beforeId: decodeIdCursor(cursor),
        }),
        filter.limit,
      );
      return { items: rows, nextCursor };
    },
  };
}

/** @throws InvalidInputError when a time ends before it begins. */
function requireOrder(range: { from?: string; to?: string }): void {
  if (
    range.from &&
    range.to &&
    Date.parse(range.from) >= Date.parse(range.to)
  ) {
    throw new InvalidInputError([
      { field: 'to', problem: 'must be later than from' },
    ]);
  }
}

/** Handlers of operations on the ledger. */
export function createLedgerHandlers(
  ledger: LedgerService,
): Handlers<'ledger'> {
  return {
    list: async ({ cursor, ...filter }, { caller }) => {
      requireOrder(filter);
      const { rows, nextCursor } = pageOfRows(
        await ledger.list(requireKnown(caller), {
          ...filter,
          beforeId: decodeIdCursor(cursor),
        }),
        filter.limit,
      );
      return { items: rows, nextCursor };
    },
    export: async (filter, { caller, signal }) => {
      requireOrder(filter);
      return ledger.export(requireMember(caller), filter, signal);
    },
    spend: async (report, { caller }) => {
      requireOrder(report);
      return ledger.spend(requireMember(caller), report);
    },
    correct: async ({ id, ...correction }, { caller }) =>
      ledger.correct(requireMember(caller), id, correction),
  };
}
