import { useTheme } from '@material-ui/core/styles';
import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { OutcomeRow } from './OutcomeRow';

const HEIGHT = 220;

/** The bars of an {@link OutcomeChart}; on their own because the library is large. */
export default function OutcomeBars(props: {
  rows: readonly OutcomeRow[];
  withLost: boolean;
}) {
  const { palette, typography } = useTheme();
  const { rows, withLost } = props;
  const tick = { fill: palette.text.secondary, fontSize: 12 };
  return (
    <ResponsiveContainer width="100%" height={HEIGHT}>
      <BarChart
        data={[...rows]}
        maxBarSize={48}
        accessibilityLayer={false}
        margin={{ top: 8, right: 8, bottom: 0, left: -16 }}
      >
        <CartesianGrid stroke={palette.divider} vertical={false} />
        <XAxis dataKey="label" tick={tick} stroke={palette.text.secondary} />
        <YAxis
          allowDecimals={false}
          tick={tick}
          stroke={palette.text.secondary}
        />
        <Tooltip
          cursor={{ fill: palette.action.hover }}
          contentStyle={{
            fontFamily: typography.fontFamily,
            color: palette.text.primary,
            backgroundColor: palette.background.paper,
            borderColor: palette.divider,
          }}
        />
        <Legend
          itemSorter={null}
          formatter={word => (
            <span style={{ color: palette.text.primary }}>{word}</span>
          )}
        />
        <Bar
          dataKey="succeeded"
          name="Succeeded"
          stackId="outcome"
          fill={palette.status.ok}
          isAnimationActive={false}
        />
        <Bar
          dataKey="failed"
          name="Failed"
          stackId="outcome"
          fill={palette.status.error}
          isAnimationActive={false}
        />
        {withLost && (
          <Bar
            dataKey="lost"
            name="Lost"
            stackId="outcome"
            fill={palette.status.aborted}
            isAnimationActive={false}
          />
        )}
      </BarChart>
    </ResponsiveContainer>
  );
}
