import type { PerformanceFigures } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useDevartApi } from '../api';
import { OutcomeChart } from '../charts';
import { EmptyState, Loaded, Money, Panel, Rows } from '../components';
import { duration, percentWords } from '../format';
import { useLive } from '../live';
import { AgentEfficiencyTable } from './AgentEfficiencyTable';
import { Figures, type Figure } from './Figures';
import { TypeTable } from './TypeTable';
import type { PeriodState } from './usePeriod';

const useStyles = makeStyles(theme => ({
  parts: { display: 'grid', gap: theme.spacing(2) },
}));

const share = (value: number | undefined) =>
  value === undefined ? '–' : percentWords(value);
const seconds = (value: number | undefined) =>
  value === undefined ? '–' : duration(value);
const amount = (micros: number | undefined) =>
  micros === undefined ? '–' : <Money micros={micros} />;

function figuresOf(
  now: PerformanceFigures,
  before: PerformanceFigures,
): Figure[] {
  const both = <T,>(
    label: string,
    valueOf: (figures: PerformanceFigures) => T,
  ): Figure => ({
    label,
    value: valueOf(now) as Figure['value'],
    before: valueOf(before) as Figure['before'],
  });
  return [
    both('Succeeded of those that ended', f => share(f.completionRate)),
    both('Tasks that succeeded', f => f.succeeded.toLocaleString()),
    both('Tasks that failed', f => f.failed.toLocaleString()),
    both('Half wait less than', f => seconds(f.waiting?.p50)),
    both('Half take less than', f => seconds(f.running?.p50)),
    both('95 % take less than', f => seconds(f.running?.p95)),
    both('Attempts that were retried', f => f.retries.toLocaleString()),
    both('Spent on tasks', f => amount(f.costMicros)),
    both('For each that succeeded', f => amount(f.costPerCompletedMicros)),
  ];
}

/** How tasks and agents did in a period, beside the one before. */
export function PerformancePanels({ period }: { period: PeriodState }) {
  const classes = useStyles();
  const api = useDevartApi();
  const live = useLive(
    {
      topics: ['task'],
      minimumIntervalMs: 10_000,
      load: signal =>
        api.analytics.performance({ from: period.from() }, { signal }),
    },
    [api, period.period, period.timeZone],
  );
  return (
    <Loaded live={live} skeleton={<Rows count={6} height={64} />}>
      {({ current, previous, days, types, agents, timeZone }) => {
        const day = new Intl.DateTimeFormat(undefined, {
          timeZone,
          day: 'numeric',
          month: 'short',
        });
        return (
          <div className={classes.parts}>
            <Panel title="How tasks did">
              <Figures figures={figuresOf(current, previous)} />
              {current.succeeded + current.failed > 0 ? (
                <OutcomeChart
                  label={`Tasks that ended in the last ${period.period} days`}
                  unit="Day"
                  rows={days.map(each => ({
                    label: day.format(new Date(each.day)),
                    succeeded: each.succeeded,
                    failed: each.failed,
                  }))}
                />
              ) : (
                <EmptyState
                  title={`No task came to its end in the last ${period.period} days`}
                  text="When agents complete tasks, this shows how many succeeded, how long they took and what they cost."
                />
              )}
            </Panel>
            {types.length > 0 && (
              <Panel title="By type">
                <TypeTable types={types} />
              </Panel>
            )}
            {agents.length > 0 && (
              <Panel title="Efficiency of agents">
                <AgentEfficiencyTable agents={agents} />
              </Panel>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}
