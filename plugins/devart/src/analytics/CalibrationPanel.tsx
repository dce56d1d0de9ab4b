import Typography from '@material-ui/core/Typography';
import { useDevartApi } from '../api';
import { CalibrationChart } from '../charts';
import {
  DataTable,
  EmptyState,
  Loaded,
  Money,
  Panel,
  Rows,
} from '../components';
import { percentWords } from '../format';
import { useLive } from '../live';
import type { PeriodState } from './usePeriod';

/** How true past estimates of cost were. */
export function CalibrationPanel({ period }: { period: PeriodState }) {
  const api = useDevartApi();
  const live = useLive(
    {
      topics: ['task'],
      minimumIntervalMs: 30_000,
      load: signal =>
        api.analytics.calibration({ from: period.from() }, { signal }),
    },
    [api, period.period, period.timeZone],
  );
  return (
    <Panel title="How true estimates were">
      <Loaded live={live} skeleton={<Rows count={4} />}>
        {({ samples, costRatio, levels, buckets }) =>
          samples === 0 ? (
            <EmptyState
              title="Nothing to compare yet"
              text="When tasks finish whose cost was estimated before they ran, this shows how often the cost lay where it should have."
            />
          ) : (
            <>
              <CalibrationChart samples={samples} levels={levels} />
              {costRatio !== undefined && (
                <Typography variant="body2" gutterBottom>
                  Together they cost {percentWords(costRatio)} of what was
                  expected.
                </Typography>
              )}
              <DataTable
                label="Expected and true cost, by tenths of the tasks"
                columns={[
                  {
                    header: 'Tasks',
                    align: 'right',
                    render: bucket => bucket.samples.toLocaleString(),
                  },
                  {
                    header: 'Expected on average',
                    align: 'right',
                    render: bucket => <Money micros={bucket.expectedMicros} />,
                  },
                  {
                    header: 'Cost on average',
                    align: 'right',
                    render: bucket => <Money micros={bucket.actualMicros} />,
                  },
                ]}
                rows={buckets.map((bucket, index) => ({ ...bucket, index }))}
                rowKey={({ index }) => String(index)}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
