import {
  decimalOfMicros,
  MAX_BUDGET_SHARDS,
  type BudgetState,
} from '@devart/plugin-devart-common';
import { parseAmount, parseNumber } from '../format';

/** What a form for a limit holds while somebody fills it in. */
export interface LimitForm {
  limit: string;
  isUnlimited: boolean;
  /** Over how many rows it is spread. */
  shards: string;
  reason: string;
}

/** What the server may find wrong with it. */
export const LIMIT_FIELDS = ['limitMicros', 'shards', 'reason'] as const;

/** What is wrong, by field. */
export type LimitProblems = Partial<
  Record<(typeof LIMIT_FIELDS)[number], string>
>;

export const EMPTY_LIMIT_FORM: LimitForm = {
  limit: '',
  isUnlimited: false,
  shards: '1',
  reason: '',
};

/** An amount as somebody would have typed it. */
export function typedAmount(micros: number): string {
  return decimalOfMicros(micros).replace(/(\.\d\d)(\d*?)0*$/, '$1$2');
}

/** The form as it stands for a budget that is there. */
export function formOfLimit({ limitMicros, shards }: BudgetState): LimitForm {
  return {
    limit: limitMicros === undefined ? '' : typedAmount(limitMicros),
    isUnlimited: limitMicros === undefined,
    shards: String(shards),
    reason: '',
  };
}

/** The limit that the form stands for, null for none, or what is wrong with it. */
export function readLimitForm(
  form: LimitForm,
):
  | { limitMicros: number | null; shards: number; reason: string }
  | { problems: LimitProblems } {
  const problems: LimitProblems = {};
  const parsed = form.isUnlimited ? { micros: null } : parseAmount(form.limit);
  if ('problem' in parsed) {
    problems.limitMicros = parsed.problem;
  }
  const shards = parseNumber(form.shards, {
    min: 1,
    max: MAX_BUDGET_SHARDS,
    isWhole: true,
  });
  if ('problem' in shards) {
    problems.shards = shards.problem;
  }
  if (form.reason.trim() === '') {
    problems.reason = 'Say why; others will read it.';
  }
  return 'micros' in parsed && 'number' in shards && !problems.reason
    ? {
        limitMicros: parsed.micros,
        shards: shards.number,
        reason: form.reason.trim(),
      }
    : { problems };
}
