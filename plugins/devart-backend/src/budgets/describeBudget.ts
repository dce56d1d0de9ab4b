import {
  decimalOfMicros,
  type BudgetPeriod,
  type BudgetScope,
} from '@devart/plugin-devart-common';

const PERIODS: Record<BudgetPeriod, string> = {
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  total: 'total',
};

/** What people call a budget: `monthly budget of Translations`. */
export function describeBudget(budget: {
  scope_kind: BudgetScope;
  scope_ref: string;
  scope_name: string | null;
  period: BudgetPeriod;
}): string {
  const name = budget.scope_name ?? budget.scope_ref;
  return `${PERIODS[budget.period]} budget of ${name || 'the organisation'}`;
}

/** An amount for people, exact, without zeros that say nothing: `5.00 EUR`. */
export function money(micros: number, currency: string): string {
  const exact = decimalOfMicros(micros).replace(/0{1,4}$/, '');
  return `${exact} ${currency}`;
}
