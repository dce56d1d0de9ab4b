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
import type { StackedSeries } from './StackedSeries';

const HEIGHT = 260;

/**
 * Told apart also by people who see few colours: M. Okabe, K. Ito, "Color
 * Universal Design", 2008; without the black and the yellow, which a dark or a
 * light background swallows.
 */
const COLOURS = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
];

/** More series than these have no colour of their own. */
export const MAX_SERIES = COLOURS.length;

/** The bars of a {@link SpendChart}; on their own because the library is large. */
export default function SpendBars(props: {
  labels: readonly string[];
  series: readonly StackedSeries[];
  money: (micros: number) => string;
}) {
  const { palette, typography } = useTheme();
  const { labels, series, money } = props;
  const tick = { fill: palette.text.secondary, fontSize: 12 };
  return (
    <ResponsiveContainer width="100%" height={HEIGHT}>
      <BarChart
        data={labels.map((label, index) => ({
          label,
          ...Object.fromEntries(
            series.map(({ micros }, at) => [`s${at}`, micros[index] ?? 0]),
          ),
        }))}
        maxBarSize={48}
        accessibilityLayer={false}
        stackOffset="sign"
        margin={{ top: 8, right: 8, bottom: 0, left: 8 }}
      >
        <CartesianGrid stroke={palette.divider} vertical={false} />
        <XAxis dataKey="label" tick={tick} stroke={palette.text.secondary} />
        <YAxis
          tick={tick}
          width={72}
          stroke={palette.text.secondary}
          tickFormatter={money}
        />
        <Tooltip
          cursor={{ fill: palette.action.hover }}
          formatter={value => money(Number(value))}
          contentStyle={{
            fontFamily: typography.fontFamily,
            color: palette.text.primary,
            backgroundColor: palette.background.paper,
            borderColor: palette.divider,
          }}
          itemStyle={{ color: palette.text.primary }}
        />
        <Legend
          itemSorter={null}
          formatter={word => (
            <span style={{ color: palette.text.primary }}>{word}</span>
          )}
        />
        {series.map(({ name }, index) => (
          <Bar
            key={name}
            dataKey={`s${index}`}
            name={name}
            stackId="spend"
            fill={COLOURS[index] ?? palette.text.secondary}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}
