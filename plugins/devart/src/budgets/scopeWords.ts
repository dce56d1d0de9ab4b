import type { Budget } from '@devart/plugin-devart-common';
import { BUDGET_SCOPE_WORDS } from '../format';

/** What a budget is for: `Organisation`, `Agent reviewer`, `Agent that is there no more`. */
export function scopeWords({
  scopeKind,
  scopeRef,
  scopeName,
}: Pick<Budget, 'scopeKind' | 'scopeRef' | 'scopeName'>): string {
  const kind = BUDGET_SCOPE_WORDS[scopeKind];
  if (scopeRef === undefined) {
    return kind;
  }
  return scopeName
    ? `${kind} ${scopeName}`
    : `${kind} that is there no more (${scopeRef})`;
}
