import type { BudgetPeriod } from '@devart/plugin-devart-common';
import type { BudgetRow } from './BudgetStore';

/** Of the budgets with a limit, the one of a period, or the one with the least room. */
export function tightestOf(
  budgets: readonly BudgetRow[],
  period?: BudgetPeriod,
): BudgetRow | undefined {
  const roomOf = (row: BudgetRow) =>
    Number(row.limit_micros) -
    Number(row.spent_micros) -
    Number(row.reserved_micros);
  return budgets
    .filter(
      row =>
        row.limit_micros !== null &&
        (period === undefined || row.period === period),
    )
    .sort((a, b) => roomOf(a) - roomOf(b))[0];
}
