import type { BudgetChange } from '@devart/plugin-devart-common';
import {
  ActorLabel,
  DataTable,
  RelativeTime,
  useMoney,
  type Column,
} from '../components';
import { BUDGET_CHANGE_WORDS, BUDGET_PERIOD_WORDS } from '../format';
import { limitWords } from './limitWords';
import { scopeWords } from './scopeWords';

/** Changes of limits as rows. */
export function BudgetChangeTable(props: {
  label: string;
  changes: readonly BudgetChange[];
  /** They are all of one budget, which is named elsewhere. */
  isOfOneBudget?: boolean;
}) {
  const money = useMoney();
  const { label, changes, isOfOneBudget } = props;
  const columns: Column<BudgetChange>[] = [
    { header: 'When', render: ({ at }) => <RelativeTime at={at} /> },
    {
      header: 'Budget',
      render: change => (
        <>
          {scopeWords(change)},{' '}
          {BUDGET_PERIOD_WORDS[change.period].toLowerCase()}
        </>
      ),
    },
    {
      header: 'Change',
      render: ({ change, oldLimitMicros, newLimitMicros }) => (
        <>
          {BUDGET_CHANGE_WORDS[change]}:{' '}
          {change !== 'created' && limitWords(oldLimitMicros, money)}
          {change === 'changed' && ' → '}
          {change !== 'removed' && limitWords(newLimitMicros, money)}
        </>
      ),
    },
    {
      header: 'By',
      hideBelow: 'Sm',
      render: ({ changedBy }) => <ActorLabel actor={changedBy} />,
    },
    { header: 'Reason', render: ({ reason }) => reason },
  ];
  return (
    <DataTable
      label={label}
      columns={columns.filter(
        ({ header }) => !(isOfOneBudget && header === 'Budget'),
      )}
      rows={changes}
      rowKey={({ id }) => id}
    />
  );
}
