import {
  BUDGET_WARNING_SHARE,
  type Budget,
  type BudgetChange,
  type BudgetLevel,
  type BudgetState,
} from '@devart/plugin-devart-common';
import type { BudgetChangeRow, BudgetRow } from './BudgetStore';

/** Amounts come from the database as text. */
export function toMicros(value: string | null): number | undefined {
  return value === null ? undefined : Number(value);
}

function levelOf(limit: number | undefined, used: number): BudgetLevel {
  if (limit === undefined) {
    return 'ok';
  }
  if (limit === 0) {
    return 'blocked';
  }
  if (used >= limit) {
    return 'exhausted';
  }
  return used >= limit * BUDGET_WARNING_SHARE ? 'warning' : 'ok';
}

/** A limit with what counts against it now. */
export function toBudgetState(row: BudgetRow): BudgetState {
  const limitMicros = toMicros(row.limit_micros);
  const spentMicros = Number(row.spent_micros);
  const reservedMicros = Number(row.reserved_micros);
  const used = spentMicros + reservedMicros;
  return {
    id: row.id,
    period: row.period,
    limitMicros,
    shards: row.shards,
    window: {
      startsAt: row.starts_at?.toISOString(),
      endsAt: row.ends_at?.toISOString(),
      spentMicros,
      reservedMicros,
      remainingMicros:
        limitMicros === undefined ? undefined : limitMicros - used,
      usedShare: limitMicros ? used / limitMicros : undefined,
      level: levelOf(limitMicros, used),
    },
    version: row.version,
  };
}

function scopeOf(row: {
  scope_kind: Budget['scopeKind'];
  scope_ref: string;
  scope_name: string | null;
}): Pick<Budget, 'scopeKind' | 'scopeRef' | 'scopeName'> {
  return {
    scopeKind: row.scope_kind,
    scopeRef: row.scope_ref || undefined,
    scopeName: row.scope_name ?? undefined,
  };
}

/** A budget as the contract answers it. */
export function toBudget(row: BudgetRow): Budget {
  return {
    ...toBudgetState(row),
    ...scopeOf(row),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** A change of a limit as the contract answers it. */
export function toBudgetChange(row: BudgetChangeRow): BudgetChange {
  return {
    id: row.id,
    budgetId: row.budget_id,
    ...scopeOf(row),
    period: row.period,
    change: row.change,
    oldLimitMicros: toMicros(row.old_limit_micros),
    newLimitMicros: toMicros(row.new_limit_micros),
    reason: row.reason,
    changedBy: row.changed_by,
    at: row.at.toISOString(),
  };
}
