import Skeleton from '@material-ui/lab/Skeleton';
import { makeStyles } from '@material-ui/core/styles';
import { lazy, Suspense } from 'react';
import { DataTable, Money, useMoney } from '../components';
import { ChartOrTable } from './ChartOrTable';
import type { StackedSeries } from './StackedSeries';

const SpendBars = lazy(() => import('./SpendBars'));

const useStyles = makeStyles(theme => ({
  bar: { minWidth: 0, fontFamily: theme.typography.fontFamily },
}));

function sum(micros: readonly number[]): number {
  return micros.reduce((a, b) => a + b, 0);
}

/** What was spent over time, as stacked bars or as numbers. */
export function SpendChart(props: {
  /** What the chart shows, for people who do not see it. */
  label: string;
  /** What a bucket is: a day, a week or a month. */
  unit: string;
  labels: readonly string[];
  series: readonly StackedSeries[];
}) {
  const classes = useStyles();
  const money = useMoney();
  const { label, unit, labels, series } = props;
  const inWords = series
    .map(({ name, micros }) => `${name} ${money(sum(micros))}`)
    .join(', ');
  return (
    <ChartOrTable
      label={label}
      summary={`${label}: ${inWords}.`}
      table={
        <DataTable
          label={label}
          columns={[
            { header: unit, render: index => labels[index] },
            ...series.map(({ name, micros }) => ({
              header: name,
              align: 'right' as const,
              render: (index: number) => <Money micros={micros[index] ?? 0} />,
            })),
          ]}
          rows={labels.map((_label, index) => index)}
          rowKey={String}
        />
      }
    >
      <div className={classes.bar}>
        <Suspense fallback={<Skeleton variant="rect" height={260} />}>
          <SpendBars labels={labels} series={series} money={money} />
        </Suspense>
      </div>
    </ChartOrTable>
  );
}
