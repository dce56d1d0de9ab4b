import Button from '@material-ui/core/Button';
import Skeleton from '@material-ui/lab/Skeleton';
import { makeStyles } from '@material-ui/core/styles';
import { lazy, Suspense, useState } from 'react';
import { DataTable, type Column } from '../components';
import type { OutcomeRow } from './OutcomeRow';

const OutcomeBars = lazy(() => import('./OutcomeBars'));

const useStyles = makeStyles(theme => ({
  table: { maxHeight: 300, overflow: 'auto' },
  button: { marginTop: theme.spacing(1) },
}));

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
  const classes = useStyles();
  const { label, unit, rows } = props;
  const [asTable, setAsTable] = useState(false);
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
    <>
      {asTable ? (
        <div
          className={classes.table}
          role="region"
          aria-label={label}
          // Scrolling with the keyboard needs the focus.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
        >
          <DataTable
            label={label}
            columns={columns}
            rows={rows}
            rowKey={row => row.label}
          />
        </div>
      ) : (
        <div role="img" aria-label={summary}>
          <Suspense fallback={<Skeleton variant="rect" height={220} />}>
            <OutcomeBars rows={rows} withLost={withLost} />
          </Suspense>
        </div>
      )}
      <Button
        className={classes.button}
        size="small"
        onClick={() => setAsTable(!asTable)}
      >
        {asTable ? 'Show as a chart' : 'Show the numbers'}
      </Button>
    </>
  );
}
