import Skeleton from '@material-ui/lab/Skeleton';
import { lazy, Suspense } from 'react';
import { DataTable, type Column } from '../components';
import { ChartOrTable } from './ChartOrTable';
import type { OutcomeRow } from './OutcomeRow';

const OutcomeBars = lazy(() => import('./OutcomeBars'));

function sum(
  rows: readonly OutcomeRow[],
  key: 'succeeded' | 'failed' | 'lost',
) {
  return rows.reduce((total, row) => total + (row[key] ?? 0), 0);
}

/** Work by how it ended, as bars or as numbers. */
export function OutcomeChart(props: {
  /** What the chart shows, for people who do not see it. */
  label: string;
  /** What a row is: an hour or a day. */
  unit: string;
  rows: readonly OutcomeRow[];
}) {
  const { label, unit, rows } = props;
  const withLost = rows.some(row => row.lost !== undefined);
  const columns: Column<OutcomeRow>[] = [
    { header: unit, render: row => row.label },
    { header: 'Succeeded', render: row => row.succeeded },
    { header: 'Failed', render: row => row.failed },
  ];
  if (withLost) {
    columns.push({ header: 'Lost', render: row => row.lost ?? 0 });
  }
  const summary = `${label}: ${sum(rows, 'succeeded')} succeeded, ${sum(
    rows,
    'failed',
  )} failed${withLost ? `, ${sum(rows, 'lost')} lost` : ''}.`;

  return (
    <ChartOrTable
      label={label}
      summary={summary}
      table={
        <DataTable
          label={label}
          columns={columns}
          rows={rows}
          rowKey={row => row.label}
        />
      }
    >
      <Suspense fallback={<Skeleton variant="rect" height={220} />}>
        <OutcomeBars rows={rows} withLost={withLost} />
      </Suspense>
    </ChartOrTable>
  );
}
