import type { BudgetState } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { useKnownMe } from '../access';
import { useDevartApi } from '../api';
import { Loaded, Money, Rows } from '../components';
import { dayIn, percentWords, plural } from '../format';
import { useLive } from '../live';

/** When a budget will run out, and what its window will come to. */
export function Forecast({ budget }: { budget: BudgetState }) {
  const api = useDevartApi();
  const timeZone = useKnownMe()?.organization.timeZone;
  const live = useLive(
    {
      // Charges are told of all budgets together.
      topics: ['budget'],
      // It changes by the day, and counting it is dear.
      minimumIntervalMs: 30_000,
      load: signal => api.budgets.forecast({ id: budget.id }, { signal }),
    },
    [api, budget.id, budget.version],
  );
  const day = (at: string) => dayIn(at, timeZone);
  return (
    <Loaded live={live} skeleton={<Rows count={1} />}>
      {({ days, dailyMicros, until, atEnd, runsOut, reason }) => (
        <>
          {runsOut?.expectedAt && (
            <Typography variant="body2">
              Expected to run out on <strong>{day(runsOut.expectedAt)}</strong>,
              four times out of five between{' '}
              {runsOut.earliestAt ? day(runsOut.earliestAt) : 'now'} and{' '}
              {runsOut.latestAt ? day(runsOut.latestAt) : `after ${day(until)}`}
              .
            </Typography>
          )}
          {runsOut && !runsOut.expectedAt && (
            <Typography variant="body2">
              Expected to last until {day(until)}: it runs out before with a
              probability of {percentWords(runsOut.probability)}
              {runsOut.earliestAt &&
                `, on ${day(runsOut.earliestAt)} at the earliest`}
              .
            </Typography>
          )}
          {atEnd && (
            <Typography variant="body2">
              By {day(until)} it will have come to{' '}
              <Money micros={atEnd.expectedMicros} />, four times out of five
              between <Money micros={atEnd.lowMicros} /> and{' '}
              <Money micros={atEnd.highMicros} />.
            </Typography>
          )}
          <Typography variant="body2">
            {reason ? (
              `No forecast: ${reason}.`
            ) : (
              <>
                It rests on {plural(days, 'day')} with{' '}
                <Money micros={dailyMicros} /> each on average.
              </>
            )}
          </Typography>
        </>
      )}
    </Loaded>
  );
}
