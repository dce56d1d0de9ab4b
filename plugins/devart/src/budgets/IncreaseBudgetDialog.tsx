import type { BudgetState } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { useState } from 'react';
import { fieldProblems } from '../api';
import {
  AmountInput,
  ChoiceInput,
  FormDialog,
  TextInput,
  useMoney,
} from '../components';
import { BUDGET_PERIOD_WORDS, parseAmount } from '../format';

const FIELDS = ['amountMicros', 'reason'] as const;
type Problems = Partial<Record<(typeof FIELDS)[number], string>>;

/** The budget among some with a limit that is used up most. */
function tightest(budgets: readonly BudgetState[]): BudgetState {
  const used = ({ limitMicros, window }: BudgetState) =>
    limitMicros ? (window.usedShare ?? 0) : Infinity;
  return budgets.reduce((a, b) => (used(b) > used(a) ? b : a));
}

/** Adds to the limit of a budget, with a reason. */
export function IncreaseBudgetDialog(props: {
  /** What the budgets limit. */
  of: string;
  /** Those that have a limit; at least one. */
  budgets: readonly BudgetState[];
  onClose: () => void;
  onIncrease: (
    budget: BudgetState,
    amountMicros: number,
    reason: string,
  ) => Promise<void>;
}) {
  const money = useMoney();
  const { of, budgets, onClose, onIncrease } = props;
  const [chosen, setChosen] = useState(() => tightest(budgets).id);
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const [problems, setProblems] = useState<Problems>({});
  const budget = budgets.find(({ id }) => id === chosen) ?? tightest(budgets);
  const limit = budget.limitMicros ?? 0;
  const { spentMicros, reservedMicros } = budget.window;
  const parsed = parseAmount(amount);
  const added = 'micros' in parsed ? parsed.micros : 0;
  const left = limit + added - spentMicros - reservedMicros;

  const submit = async () => {
    const found: Problems = {};
    if ('problem' in parsed) {
      found.amountMicros = parsed.problem;
    } else if (parsed.micros === 0) {
      found.amountMicros = 'Must be more than nothing.';
    }
    if (reason.trim() === '') {
      found.reason = 'Say why; others will read it.';
    }
    setProblems(found);
    if (Object.keys(found).length === 0) {
      try {
        await onIncrease(budget, added, reason.trim());
      } catch (error) {
        setProblems(fieldProblems(error, FIELDS));
      }
    }
  };

  return (
    <FormDialog
      title={`Increase budget of ${of}`}
      submitLabel="Increase"
      onClose={onClose}
      onSubmit={submit}
    >
      {budgets.length > 1 && (
        <ChoiceInput
          label="Budget"
          value={budget.id}
          choices={budgets.map(({ id, period, limitMicros = 0 }) => ({
            value: id,
            label: `${BUDGET_PERIOD_WORDS[period]}: ${money(limitMicros)}`,
          }))}
          onChange={setChosen}
        />
      )}
      <AmountInput
        required
        label="Add"
        value={amount}
        problem={problems.amountMicros}
        helperText="It is added for good, to the window of now and to those after it."
        onChange={typed => {
          setAmount(typed);
          setProblems({});
        }}
      />
      <Typography variant="body2" component="div" role="status">
        {BUDGET_PERIOD_WORDS[budget.period]}: {money(limit)} becomes{' '}
        <strong>{money(limit + added)}</strong>.{' '}
        {left >= 0
          ? `Then ${money(left)} are left.`
          : `That is still ${money(-left)} less than is spent and held back.`}
      </Typography>
      <TextInput
        multiline
        required
        label="Reason"
        value={reason}
        problem={problems.reason}
        maxLength={1000}
        onChange={event => {
          setReason(event.target.value);
          setProblems({});
        }}
      />
    </FormDialog>
  );
}
