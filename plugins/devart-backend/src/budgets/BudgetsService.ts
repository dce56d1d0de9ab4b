import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  MAX_AMOUNT_MICROS,
  type Budget,
  type BudgetAlert,
  type BudgetAlertKind,
  type BudgetChange,
  type BudgetPeriod,
  type BudgetScope,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7, validate as isUuid } from 'uuid';
import { scopeOf, type MemberCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { EventLog } from '../outbox/EventLog';
import type { AlertStore } from './AlertStore';
import type {
  BudgetFilter,
  BudgetRow,
  BudgetScopeRef,
  BudgetStore,
} from './BudgetStore';
import { describeBudget, money } from './describeBudget';
import type { ServiceStore } from './ServiceStore';
import { toAlert } from './toAlert';
import { tightestOf } from './tightestOf';
import { toBudget, toBudgetChange, toMicros } from './toBudget';

const GROUP = /^group:[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*$/;

/** A budget that does not exist yet. */
export interface NewBudget {
  scope: BudgetScopeRef;
  period: BudgetPeriod;
  limitMicros: number | null;
  shards: number;
  reason: string;
}

/**
 * Budgets as people deal with them. Every change of a limit has the money of
 * the organisation alone for a moment: nothing is charged by the old limit
 * while the new one is written.
 */
export class BudgetsService {
  readonly #database: Database;
  readonly #store: BudgetStore;
  readonly #services: ServiceStore;
  readonly #alerts: AlertStore;
  readonly #events: EventLog;
  readonly #organizations: Organizations;
  readonly #onChanged: (() => void)[] = [];

  constructor(options: {
    database: Database;
    store: BudgetStore;
    services: ServiceStore;
    alerts: AlertStore;
    events: EventLog;
    organizations: Organizations;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#services = options.services;
    this.#alerts = options.alerts;
    this.#events = options.events;
    this.#organizations = options.organizations;
  }

  /** Budgets newest first, one more than `limit`. */
  async list(caller: MemberCaller, filter: BudgetFilter): Promise<Budget[]> {
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.list(tx, caller.organizationId, filter),
    );
    return rows.map(toBudget);
  }

  /** @throws NotFoundError */
  async get(caller: MemberCaller, id: string): Promise<Budget> {
    return this.#database.inScope(scopeOf(caller), async tx =>
      toBudget(await this.#find(tx, caller.organizationId, id)),
    );
  }

  /**
   * Sets a budget.
   *
   * @throws InvalidInputError when there is nothing that it would limit.
   * @throws ConflictError when there is one of this scope and period.
   */
  async create(
    caller: MemberCaller,
    budget: {
      scopeKind: BudgetScope;
      scopeRef?: string;
      period: BudgetPeriod;
      limitMicros: number | null;
      shards: number;
      reason: string;
    },
  ): Promise<Budget> {
    const { scopeKind, scopeRef, ...rest } = budget;
    const { organizationId } = caller;
    const scope = { kind: scopeKind, ref: scopeRef ?? '' };
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#requireScope(tx, organizationId, scope);
      const id = await this.createIn(tx, organizationId, { scope, ...rest });
      return toBudget(await this.#find(tx, organizationId, id));
    });
  }

  /**
   * Sets a budget as part of a transaction; answers its id.
   *
   * @throws ConflictError when there is one of this scope and period.
   */
  async createIn(
    tx: Transaction,
    organizationId: string,
    budget: NewBudget,
  ): Promise<string> {
    const { reason, scope, period, limitMicros } = budget;
    await this.#store.lockMoney(tx, organizationId);
    const id = uuidv7();
    const isNew = await this.#store.insert(tx, {
      ...budget,
      id,
      organizationId,
    });
    if (!isNew) {
      throw new ConflictError(
        `period: there is a budget of this scope for the period ${period} already; change that one`,
      );
    }
    await tx.elevated(() => this.#store.open(tx, id));
    await this.#store.addChange(tx, {
      organizationId,
      budgetId: id,
      scope,
      period,
      change: 'created',
      oldLimitMicros: null,
      newLimitMicros: limitMicros,
      reason,
    });
    const row = await this.#find(tx, organizationId, id);
    await this.#tell(tx, row, `set to ${this.#limit(row)}: ${reason}`);
    return id;
  }

  /**
   * Sets another limit.
   *
   * @throws NotFoundError
   * @throws ConflictError when it has changed since `ifVersion`.
   */
  async update(
    caller: MemberCaller,
    id: string,
    change: {
      limitMicros: number | null;
      shards?: number;
      reason: string;
      ifVersion?: number;
    },
  ): Promise<Budget> {
    const { organizationId } = caller;
    const { ifVersion, limitMicros, shards, reason } = change;
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#store.lockMoney(tx, organizationId);
      const row = await this.#find(tx, organizationId, id);
      if (ifVersion !== undefined && ifVersion !== row.version) {
        throw new ConflictError(
          `ifVersion: the budget is at version ${row.version} by now`,
        );
      }
      await this.#setLimit(tx, row, { limitMicros, shards, reason });
      return toBudget(await this.#find(tx, organizationId, id));
    });
  }

  /**
   * Adds to the limit of a budget as part of a transaction, with the rights of
   * whoever it runs as. A budget without a limit, or one that is gone, stays
   * as it is; answers whether it was increased.
   *
   * @throws ConflictError when the limit would be too large.
   */
  async increaseIn(
    tx: Transaction,
    organizationId: string,
    id: string,
    increase: { amountMicros: number; reason: string },
  ): Promise<boolean> {
    await this.#store.lockMoney(tx, organizationId);
    const row = await this.#store.find(tx, organizationId, id);
    const limit = row && toMicros(row.limit_micros);
    if (!row || limit === undefined) {
      return false;
    }
    const limitMicros = limit + increase.amountMicros;
    if (limitMicros > MAX_AMOUNT_MICROS) {
      const { currency } = this.#organizations.byId(organizationId);
      throw new ConflictError(
        `amountMicros: the limit would be more than ${money(MAX_AMOUNT_MICROS, currency)}; remove it, or make it unlimited`,
      );
    }
    await this.#setLimit(tx, row, { limitMicros, reason: increase.reason });
    return true;
  }

  /** A budget, if it is there, as part of a transaction of the control plane. */
  async findIn(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<BudgetRow | undefined> {
    return this.#store.find(tx, organizationId, id);
  }

  /** Says whom to wake when a limit has changed or is gone. */
  onChanged(listener: () => void): void {
    this.#onChanged.push(listener);
  }

  /**
   * The budget whose increase would let a service be paid: the one that did not
   * allow it, or of a service that is used up the tightest of its own.
   */
  async findRefusing(
    tx: Transaction,
    organizationId: string,
    refusal: { budgetId?: string; serviceId: string },
  ): Promise<BudgetRow | undefined> {
    const { budgetId, serviceId } = refusal;
    const refs = [serviceId];
    return budgetId === undefined
      ? tightestOf(
          await this.#store.ofScopes(tx, organizationId, 'service', refs),
        )
      : this.findIn(tx, organizationId, budgetId);
  }

  /**
   * Removes a budget.
   *
   * @throws NotFoundError
   */
  async delete(
    caller: MemberCaller,
    id: string,
    reason: string,
  ): Promise<void> {
    const { organizationId } = caller;
    await this.#database.inScope(scopeOf(caller), async tx => {
      await this.#store.lockMoney(tx, organizationId);
      const row = await this.#find(tx, organizationId, id);
      await this.removeIn(tx, row, reason);
    });
  }

  /** Removes a budget as part of a transaction that has the money alone. */
  async removeIn(
    tx: Transaction,
    row: BudgetRow,
    reason: string,
  ): Promise<void> {
    await this.#store.remove(tx, row.id);
    tx.afterCommit(() => this.#onChanged.forEach(tell => tell()));
    await this.#store.addChange(tx, {
      organizationId: row.organization_id,
      budgetId: row.id,
      scope: { kind: row.scope_kind, ref: row.scope_ref },
      period: row.period,
      change: 'removed',
      oldLimitMicros: toMicros(row.limit_micros) ?? null,
      newLimitMicros: null,
      reason,
    });
    await this.#resume(tx, row);
    await this.#tell(tx, row, `removed: ${reason}`);
  }

  /** Changes of limits newest first, one more than `limit`. */
  async changes(
    caller: MemberCaller,
    filter: BudgetFilter & { budgetId?: string },
  ): Promise<BudgetChange[]> {
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.changes(tx, caller.organizationId, filter),
    );
    return rows.map(toBudgetChange);
  }

  /**
   * The changes of one budget, also of one that was removed.
   *
   * @throws NotFoundError when there never was such a budget.
   */
  async changesOf(
    caller: MemberCaller,
    budgetId: string,
    page: { beforeId?: string; limit: number },
  ): Promise<BudgetChange[]> {
    const changes = await this.changes(caller, { ...page, budgetId });
    if (changes.length === 0 && page.beforeId === undefined) {
      // Every budget has the change that created it.
      throw new NotFoundError(`There is no budget ${budgetId}`);
    }
    return changes;
  }

  /** What budgets and services told by themselves, newest first, one more than `limit`. */
  async alerts(
    caller: MemberCaller,
    filter: {
      kind?: readonly BudgetAlertKind[];
      beforeId?: string;
      limit: number;
    },
  ): Promise<BudgetAlert[]> {
    const { currency } = this.#organizations.byId(caller.organizationId);
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#alerts.list(tx, caller.organizationId, filter),
    );
    return rows.map(row => toAlert(row, currency));
  }

  /** Notes that a budget is likely to run out before its window ends, once a window. */
  async tellForecast(
    tx: Transaction,
    id: string,
    forecast: { expectedAt?: string; probability: number },
  ): Promise<void> {
    await this.#alerts.raiseForecast(tx, id, forecast);
  }

  async #setLimit(
    tx: Transaction,
    row: BudgetRow,
    change: { limitMicros: number | null; shards?: number; reason: string },
  ): Promise<void> {
    const { limitMicros, reason } = change;
    const { id, organization_id: organizationId } = row;
    const shards = change.shards ?? row.shards;
    await this.#store.setLimit(tx, id, limitMicros, shards);
    await tx.elevated(() =>
      shards === row.shards
        ? this.#store.cap(tx, id)
        : this.#store.shard(tx, id),
    );
    await this.#store.addChange(tx, {
      organizationId,
      budgetId: id,
      scope: { kind: row.scope_kind, ref: row.scope_ref },
      period: row.period,
      change: 'changed',
      oldLimitMicros: toMicros(row.limit_micros) ?? null,
      newLimitMicros: limitMicros,
      reason,
    });
    tx.afterCommit(() => this.#onChanged.forEach(tell => tell()));
    await this.#resume(tx, row);
    const after = await this.#find(tx, organizationId, id);
    await this.#tell(
      tx,
      after,
      `${this.#limit(row)} to ${this.#limit(after)}: ${reason}`,
    );
  }

  /** Lets a service go on whose budgets have room again. */
  async #resume(tx: Transaction, row: BudgetRow): Promise<void> {
    if (
      row.scope_kind === 'service' &&
      (await this.#services.resume(tx, row.scope_ref))
    ) {
      await this.#events.append(tx, [
        {
          organizationId: row.organization_id,
          topic: 'service.resumed',
          subject: {
            kind: 'service',
            id: row.scope_ref,
            name: row.scope_name ?? row.scope_ref,
          },
          detail: 'its budget has room again',
        },
      ]);
    }
  }

  async #tell(tx: Transaction, row: BudgetRow, detail: string): Promise<void> {
    await this.#events.append(tx, [
      {
        organizationId: row.organization_id,
        topic: 'budget.changed',
        subject: { kind: 'budget', id: row.id, name: describeBudget(row) },
        detail,
      },
    ]);
  }

  #limit(row: BudgetRow): string {
    const { currency } = this.#organizations.byId(row.organization_id);
    const limit = toMicros(row.limit_micros);
    return limit === undefined ? 'no limit' : money(limit, currency);
  }

  async #requireScope(
    tx: Transaction,
    organizationId: string,
    scope: BudgetScopeRef,
  ): Promise<void> {
    const refuse = (problem: string) => {
      throw new InvalidInputError([{ field: 'scopeRef', problem }]);
    };
    if (scope.kind === 'organization') {
      if (scope.ref !== '') {
        refuse('goes without the scope organization');
      }
      return;
    }
    if (scope.kind === 'team') {
      if (!GROUP.test(scope.ref)) {
        refuse('must be a group of the catalog such as group:default/owners');
      }
      return;
    }
    const isThere =
      isUuid(scope.ref) &&
      (await this.#store.scopeName(tx, organizationId, scope)) !== undefined;
    if (!isThere) {
      refuse(`must be the id of a ${scope.kind} that is there`);
    }
  }

  async #find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<BudgetRow> {
    const row = await this.#store.find(tx, organizationId, id);
    if (!row) {
      throw new NotFoundError(`There is no budget ${id}`);
    }
    return row;
  }
}
