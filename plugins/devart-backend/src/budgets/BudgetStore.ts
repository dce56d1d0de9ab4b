import type { BudgetPeriod, BudgetScope } from '@devart/plugin-devart-common';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';
import { scopeNameSql } from './scopeNameSql';

/** A budget as it is stored, with what counts against it now. */
export interface BudgetRow {
  id: string;
  organization_id: string;
  scope_kind: BudgetScope;
  scope_ref: string;
  scope_name: string | null;
  period: BudgetPeriod;
  limit_micros: string | null;
  shards: number;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  version: number;
  /** Nothing for `total`. */
  starts_at: Date | null;
  ends_at: Date | null;
  spent_micros: string;
  reserved_micros: string;
}

/** A change of a limit as it is stored. */
export interface BudgetChangeRow {
  id: string;
  budget_id: string;
  scope_kind: BudgetScope;
  scope_ref: string;
  scope_name: string | null;
  period: BudgetPeriod;
  change: 'created' | 'changed' | 'removed';
  old_limit_micros: string | null;
  new_limit_micros: string | null;
  reason: string;
  changed_by: string;
  at: Date;
}

/** What a budget limits. */
export interface BudgetScopeRef {
  kind: BudgetScope;
  /** Empty for the organisation. */
  ref: string;
}

/** What narrows a list of budgets or of their changes. */
export interface BudgetFilter {
  scopeKind?: readonly BudgetScope[];
  scopeRef?: string;
  period?: readonly BudgetPeriod[];
  beforeId?: string;
  limit: number;
}

const SCOPE_NAME = scopeNameSql({
  kind: 'b.scope_kind',
  ref: 'b.scope_ref',
  organization: 'b.organization_id',
});

/** A window without a row has not been charged yet. */
const SELECT = `
  select b.id, b.organization_id, b.scope_kind, b.scope_ref, ${SCOPE_NAME} as scope_name, b.period, b.limit_micros,
    b.shards, b.created_by, b.created_at, b.updated_at, b.version,
    case when b.period <> 'total' then n.starts_at end as starts_at,
    case when b.period <> 'total' then devart_window_end(b.period, n.starts_at, o.time_zone) end as ends_at,
    w.spent_micros, w.reserved_micros
  from budgets b
  join organizations o on o.id = b.organization_id
  cross join lateral (select devart_window_start(b.period, clock_timestamp(), o.time_zone) as starts_at) n
  cross join lateral (
    select coalesce(sum(x.spent_micros), 0) as spent_micros, coalesce(sum(x.reserved_micros), 0) as reserved_micros
    from budget_windows x where x.budget_id = b.id and x.starts_at = n.starts_at
  ) w`;

/** The SQL of budgets and of the history of their changes. */
export class BudgetStore {
  async find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<BudgetRow | undefined> {
    const [row] = await tx.rows<BudgetRow>(
      `${SELECT} where b.organization_id = ? and b.id = ?`,
      [organizationId, id],
    );
    return row;
  }

  /** Budgets newest first, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: BudgetFilter,
  ): Promise<BudgetRow[]> {
    const where = this.#narrow(organizationId, filter).narrow(
      'b.period = any(?::text[])',
      filter.period,
    );
    return tx.rows<BudgetRow>(
      `${SELECT} where ${where.sql} order by b.id desc limit ?`,
      [...where.bindings, filter.limit + 1],
    );
  }

  /** The budgets of some scopes of one kind, the shortest period first. */
  async ofScopes(
    tx: Transaction,
    organizationId: string,
    kind: BudgetScope,
    refs: readonly string[],
  ): Promise<BudgetRow[]> {
    return tx.rows<BudgetRow>(
      `${SELECT} where b.organization_id = ? and b.scope_kind = ? and b.scope_ref = any(?::text[])
       order by array_position(array['day', 'week', 'month', 'total'], b.period)`,
      [organizationId, kind, refs],
    );
  }

  /**
   * Keeps everything that moves money of an organisation waiting until the
   * transaction ends. Comes before every change of a budget.
   */
  async lockMoney(tx: Transaction, organizationId: string): Promise<void> {
    await tx.run('select devart_lock_money(?::uuid, true)', [organizationId]);
  }

  /** Answers false when there is one with this scope and period already. */
  async insert(
    tx: Transaction,
    budget: {
      id: string;
      organizationId: string;
      scope: BudgetScopeRef;
      period: BudgetPeriod;
      limitMicros: number | null;
      shards: number;
    },
  ): Promise<boolean> {
    const inserted = await tx.run(
      `insert into budgets (id, organization_id, scope_kind, scope_ref, period, limit_micros, shards, created_by)
       values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (organization_id, scope_kind, scope_ref, period) do nothing`,
      [
        budget.id,
        budget.organizationId,
        budget.scope.kind,
        budget.scope.ref,
        budget.period,
        budget.limitMicros,
        budget.shards,
        tx.actor,
      ],
    );
    return inserted > 0;
  }

  /** Lets a new budget count. Needs the rights of the control plane. */
  async open(tx: Transaction, id: string): Promise<void> {
    await tx.run('select open_budget(?::uuid)', [id]);
  }

  async setLimit(
    tx: Transaction,
    id: string,
    limitMicros: number | null,
    shards: number,
  ): Promise<void> {
    await tx.run(
      `update budgets set limit_micros = ?::bigint, shards = ?::smallint, updated_at = now(), version = version + 1
       where id = ?`,
      [limitMicros, shards, id],
    );
  }

  /** Lets windows count against another limit. Needs the rights of the control plane. */
  async cap(tx: Transaction, id: string): Promise<void> {
    await tx.run('select cap_budget(?::uuid)', [id]);
  }

  /** Counts in another number of rows. Needs the rights of the control plane. */
  async shard(tx: Transaction, id: string): Promise<void> {
    await tx.run('select shard_budget(?::uuid)', [id]);
  }

  async remove(tx: Transaction, id: string): Promise<void> {
    await tx.run('delete from budgets where id = ?', [id]);
  }

  async addChange(
    tx: Transaction,
    change: {
      organizationId: string;
      budgetId: string;
      scope: BudgetScopeRef;
      period: BudgetPeriod;
      change: BudgetChangeRow['change'];
      oldLimitMicros: number | null;
      newLimitMicros: number | null;
      reason: string;
    },
  ): Promise<void> {
    await tx.run(
      `insert into budget_changes (organization_id, budget_id, scope_kind, scope_ref, period, change,
         old_limit_micros, new_limit_micros, reason, changed_by)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        change.organizationId,
        change.budgetId,
        change.scope.kind,
        change.scope.ref,
        change.period,
        change.change,
        change.oldLimitMicros,
        change.newLimitMicros,
        change.reason,
        tx.actor,
      ],
    );
  }

  /** Changes newest first, one more than `limit`. */
  async changes(
    tx: Transaction,
    organizationId: string,
    filter: BudgetFilter & { budgetId?: string },
  ): Promise<BudgetChangeRow[]> {
    const where = this.#narrow(organizationId, filter).narrow(
      'b.budget_id = ?',
      filter.budgetId,
    );
    return tx.rows<BudgetChangeRow>(
      `select b.id, b.budget_id, b.scope_kind, b.scope_ref, ${SCOPE_NAME} as scope_name, b.period, b.change,
         b.old_limit_micros, b.new_limit_micros, b.reason, b.changed_by, b.at
       from budget_changes b where ${where.sql} order by b.id desc limit ?`,
      [...where.bindings, filter.limit + 1],
    );
  }

  /** What a scope is called; undefined when it is not there. */
  async scopeName(
    tx: Transaction,
    organizationId: string,
    scope: BudgetScopeRef,
  ): Promise<string | undefined> {
    const [row] = await tx.rows<{ name: string | null }>(
      `select ${SCOPE_NAME} as name
       from (select ?::uuid as organization_id, ?::text as scope_kind, ?::text as scope_ref) b`,
      [organizationId, scope.kind, scope.ref],
    );
    return row.name ?? undefined;
  }

  #narrow(organizationId: string, filter: BudgetFilter): Conditions {
    return new Conditions()
      .add('b.organization_id = ?', organizationId)
      .narrow('b.scope_kind = any(?::text[])', filter.scopeKind)
      .narrow('b.scope_ref = ?', filter.scopeRef)
      .narrow('b.id < ?', filter.beforeId);
  }
}
