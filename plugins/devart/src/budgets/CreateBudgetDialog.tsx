import {
  BUDGET_PERIODS,
  BUDGET_SCOPES,
  type BudgetPeriod,
  type BudgetScope,
} from '@devart/plugin-devart-common';
import { useState } from 'react';
import { fieldProblems, useDevartApi } from '../api';
import { ChoiceInput, FormDialog, useToasts } from '../components';
import { BUDGET_PERIOD_WORDS, BUDGET_SCOPE_WORDS } from '../format';
import { BudgetLimitFields } from './BudgetLimitFields';
import { BudgetScopeInput } from './BudgetScopeInput';
import {
  EMPTY_LIMIT_FORM,
  LIMIT_FIELDS,
  readLimitForm,
  type LimitProblems,
} from './limitFormModel';

const SCOPES = BUDGET_SCOPES.map(value => ({
  value,
  label: BUDGET_SCOPE_WORDS[value],
}));
const PERIODS = BUDGET_PERIODS.map(value => ({
  value,
  label: BUDGET_PERIOD_WORDS[value],
}));
const FIELDS = ['scopeKind', 'scopeRef', 'period', ...LIMIT_FIELDS] as const;

/** Sets a budget for something. */
export function CreateBudgetDialog(props: {
  /** What it is for, where that is not to choose. */
  scope?: { kind: BudgetScope; ref?: string; name: string };
  onClose: () => void;
  onCreated: () => Promise<void>;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const { scope, onClose, onCreated } = props;
  const [scopeKind, setScopeKind] = useState<BudgetScope>(
    scope?.kind ?? 'organization',
  );
  const [scopeRef, setScopeRef] = useState(scope?.ref ?? '');
  const [period, setPeriod] = useState<BudgetPeriod>('month');
  const [form, setForm] = useState(EMPTY_LIMIT_FORM);
  const [problems, setProblems] = useState<
    LimitProblems & Partial<Record<(typeof FIELDS)[number], string>>
  >({});

  const submit = async () => {
    const read = readLimitForm(form);
    const needsRef = scopeKind !== 'organization' && scopeRef.trim() === '';
    if ('problems' in read || needsRef) {
      setProblems({
        ...('problems' in read ? read.problems : {}),
        ...(needsRef ? { scopeRef: 'Say for which.' } : {}),
      });
      return;
    }
    try {
      await api.budgets.create({
        ...read,
        scopeKind,
        scopeRef: scopeKind === 'organization' ? undefined : scopeRef.trim(),
        period,
      });
    } catch (error) {
      setProblems(fieldProblems(error, FIELDS));
      return;
    }
    toasts.success('The budget is set');
    onClose();
    await onCreated();
  };

  return (
    <FormDialog
      title={scope ? `Set a budget for ${scope.name}` : 'Set a budget'}
      submitLabel="Set"
      onClose={onClose}
      onSubmit={submit}
    >
      {!scope && (
        <>
          <ChoiceInput
            label="For"
            value={scopeKind}
            choices={SCOPES}
            onChange={chosen => {
              setScopeKind(chosen);
              setScopeRef('');
              setProblems({});
            }}
          />
          <BudgetScopeInput
            kind={scopeKind}
            value={scopeRef}
            problem={problems.scopeRef}
            onChange={ref => {
              setScopeRef(ref);
              setProblems({});
            }}
          />
        </>
      )}
      <ChoiceInput
        label="Period"
        value={period}
        choices={PERIODS}
        problem={problems.period}
        helperText="When it begins anew, in the time zone of the organisation."
        onChange={setPeriod}
      />
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
