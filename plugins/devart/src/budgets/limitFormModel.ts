import {
  decimalOfMicros,
  type BudgetState,
} from '@devart/plugin-devart-common';
import { parseAmount } from '../format';

/** What a form for a limit holds while somebody fills it in. */
export interface LimitForm {
  limit: string;
  isUnlimited: boolean;
  reason: string;
}

/** What is wrong, by field. */
export type LimitProblems = Partial<Record<'limitMicros' | 'reason', string>>;

export const EMPTY_LIMIT_FORM: LimitForm = {
  limit: '',
  isUnlimited: false,
  reason: '',
};

/** An amount as somebody would have typed it. */
export function typedAmount(micros: number): string {
  return decimalOfMicros(micros).replace(/(\.\d\d)(\d*?)0*$/, '$1$2');
}

/** The form as it stands for a budget that is there. */
export function formOfLimit({ limitMicros }: BudgetState): LimitForm {
  return {
    limit: limitMicros === undefined ? '' : typedAmount(limitMicros),
    isUnlimited: limitMicros === undefined,
    reason: '',
  };
}

/** The limit that the form stands for, null for none, or what is wrong with it. */
export function readLimitForm(
  form: LimitForm,
):
  { limitMicros: number | null; reason: string } | { problems: LimitProblems } {
  const problems: LimitProblems = {};
  const parsed = form.isUnlimited ? { micros: null } : parseAmount(form.limit);
  if ('problem' in parsed) {
    problems.limitMicros = parsed.problem;
  }
  if (form.reason.trim() === '') {
    problems.reason = 'Say why; others will read it.';
  }
  return 'micros' in parsed && !problems.reason
    ? { limitMicros: parsed.micros, reason: form.reason.trim() }
    : { problems };
}
