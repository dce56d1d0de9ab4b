import type { BudgetState } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { fieldProblems, useDevartApi } from '../api';
import { FormDialog, useToasts } from '../components';
import { BUDGET_PERIOD_WORDS } from '../format';
import { BudgetLimitFields } from './BudgetLimitFields';
import {
  formOfLimit,
  LIMIT_FIELDS,
  readLimitForm,
  type LimitProblems,
} from './limitFormModel';

/** Sets another limit, or none. */
export function ChangeBudgetDialog(props: {
  of: string;
  budget: BudgetState;
  onClose: () => void;
  onChanged: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { of, budget, onClose, onChanged } = props;
  const [form, setForm] = useState(() => formOfLimit(budget));
  const [problems, setProblems] = useState<LimitProblems>({});

  const submit = async () => {
    const read = readLimitForm(form);
    if ('problems' in read) {
      setProblems(read.problems);
      return;
    }
    try {
      await api.budgets.update({
        ...read,
        id: budget.id,
        ifVersion: budget.version,
      });
    } catch (error) {
      setProblems(fieldProblems(error, LIMIT_FIELDS));
      return;
    }
    toasts.success('The budget is changed');
    onClose();
    await onChanged();
  };

  return (
    <FormDialog
      title={`Change the budget of ${of}: ${BUDGET_PERIOD_WORDS[budget.period].toLowerCase()}`}
      submitLabel="Save"
      onClose={onClose}
      onSubmit={submit}
    >
      <BudgetLimitFields
        form={form}
        problems={problems}
        onChange={change => {
          setForm(before => ({ ...before, ...change }));
          setProblems({});
        }}
      />
    </FormDialog>
  );
}
