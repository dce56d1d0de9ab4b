import type { BudgetAlert } from '@devart/plugin-devart-common';
import type { AlertRow } from './AlertStore';
import { describeBudget, money } from './describeBudget';

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What an alert says, in words. */
function messageOf(row: AlertRow, currency: string): string {
  const { detail } = row;
  const service = row.service_title ?? row.subject_id;
  if (row.kind === 'suspended') {
    const until = row.suspended_until?.toISOString();
    return `${service} is used up${until ? ` until ${until}` : ''}`;
  }
  if (row.kind === 'delegated') {
    return `${row.to_title ?? 'A fallback'} is paid in place of ${service}`;
  }
  const budget = capitalised(budgetOf(row));
  const spent = money(detail.spentMicros ?? 0, currency);
  const limit = money(detail.limitMicros ?? 0, currency);
  switch (row.kind) {
    case 'threshold':
      return `${budget}: 80 % are spent, ${spent} of ${limit}`;
    case 'exhausted':
      return `${budget} is used up: ${spent} of ${limit} are spent, and more was refused or nothing is left`;
    default:
      return `${budget} is expected to be used up on ${detail.expectedAt}: ${spent} of ${limit} are spent`;
  }
}

/** What people call the budget of an alert. */
export function budgetOf({
  detail,
  scope_name,
}: Pick<AlertRow, 'detail' | 'scope_name'>): string {
  return describeBudget({
    scope_kind: detail.scopeKind ?? 'organization',
    scope_ref: detail.scopeRef ?? '',
    scope_name,
    period: detail.period ?? 'total',
  });
}

/** An alert as the contract answers it. */
export function toAlert(row: AlertRow, currency: string): BudgetAlert {
  const { detail } = row;
  const isService = row.kind === 'suspended' || row.kind === 'delegated';
  return {
    id: row.id,
    kind: row.kind,
    at: row.at.toISOString(),
    message: messageOf(row, currency),
    budget:
      detail.scopeKind && detail.period
        ? {
            id: row.subject_id,
            scopeKind: detail.scopeKind,
            scopeRef: detail.scopeRef,
            scopeName: row.scope_name ?? undefined,
            period: detail.period,
          }
        : undefined,
    service:
      isService && row.service_name !== null
        ? {
            id: row.subject_id,
            name: row.service_name,
            title: row.service_title ?? row.service_name,
          }
        : undefined,
  };
}
