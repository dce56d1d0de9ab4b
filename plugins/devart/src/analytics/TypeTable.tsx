import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { DataTable, Money } from '../components';
import { duration, percentWords } from '../format';

type Performance = OperationOutput<typeof operations.analytics.performance>;

/** How tasks of each type did. */
export function TypeTable(props: { types: Performance['types'] }) {
  return (
    <DataTable
      label="Tasks by type"
      columns={[
        { header: 'Type', render: ({ type }) => type },
        {
          header: 'Succeeded',
          align: 'right',
          render: ({ succeeded, failed, completionRate }) => (
            <>
              {succeeded.toLocaleString()} of{' '}
              {(succeeded + failed).toLocaleString()}
              {completionRate !== undefined &&
                ` (${percentWords(completionRate)})`}
            </>
          ),
        },
        {
          header: 'Median time',
          align: 'right',
          hideBelow: 'Sm',
          render: ({ running }) => (running ? duration(running.p50) : '–'),
        },
        {
          header: 'Retries',
          align: 'right',
          hideBelow: 'Md',
          render: ({ retries }) => retries.toLocaleString(),
        },
        {
          header: 'Spent',
          align: 'right',
          render: ({ costMicros }) => <Money micros={costMicros} />,
        },
        {
          header: 'For each success',
          align: 'right',
          hideBelow: 'Md',
          render: ({ costPerCompletedMicros }) =>
            costPerCompletedMicros === undefined ? (
              '–'
            ) : (
              <Money micros={costPerCompletedMicros} />
            ),
        },
      ]}
      rows={props.types}
      rowKey={({ type }) => type}
    />
  );
}
