import { makeStyles } from '@material-ui/core/styles';
import { DataTable } from '../components';
import { percentWords } from '../format';
import { ChartOrTable } from './ChartOrTable';

/** How often costs should have been in an interval, and how often they were. */
export interface CalibrationLevel {
  level: number;
  observed?: number;
  /** Where the true share lies. */
  low?: number;
  high?: number;
}

const SIZE = 260;
const EDGE = 44;
const END = 8;

const useStyles = makeStyles(theme => ({
  root: {
    width: '100%',
    maxWidth: 420,
    fontFamily: theme.typography.fontFamily,
    fontSize: 11,
    '& text': { fill: theme.palette.text.primary },
  },
  axis: { stroke: theme.palette.text.secondary, strokeWidth: 1 },
  grid: { stroke: theme.palette.divider, strokeWidth: 1 },
  ideal: {
    stroke: theme.palette.text.secondary,
    strokeWidth: 1,
    strokeDasharray: '4 3',
  },
  interval: { stroke: theme.palette.primary.main, strokeWidth: 2 },
  point: { fill: theme.palette.primary.main },
}));

const TICKS = [0, 0.25, 0.5, 0.75, 1];
const x = (share: number) => EDGE + share * (SIZE - EDGE - END);
const y = (share: number) => SIZE - EDGE - share * (SIZE - EDGE - END);

/** How true intervals were: on the dashed line they held as often as they said. */
export function CalibrationChart(props: {
  samples: number;
  levels: readonly CalibrationLevel[];
}) {
  const classes = useStyles();
  const { samples, levels } = props;
  const seen = levels.filter(({ observed }) => observed !== undefined);
  const label = `How often costs lay in their interval, of ${samples.toLocaleString()} tasks`;
  const inWords = seen
    .map(
      ({ level, observed = 0 }) =>
        `${percentWords(level)} expected, ${percentWords(observed)} seen`,
    )
    .join('; ');
  return (
    <ChartOrTable
      label={label}
      summary={`${label}: ${inWords}.`}
      table={
        <DataTable
          label={label}
          columns={[
            {
              header: 'Should have been',
              render: ({ level }) => percentWords(level),
            },
            {
              header: 'Were',
              render: ({ observed }) =>
                observed === undefined ? '–' : percentWords(observed),
            },
            {
              header: 'Truly between',
              render: ({ low, high }) =>
                low === undefined || high === undefined
                  ? '–'
                  : `${percentWords(low)} and ${percentWords(high)}`,
            },
          ]}
          rows={levels}
          rowKey={({ level }) => String(level)}
        />
      }
    >
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className={classes.root} aria-hidden>
        {TICKS.map(share => (
          <g key={share}>
            <line
              className={classes.grid}
              x1={x(0)}
              x2={x(1)}
              y1={y(share)}
              y2={y(share)}
            />
            <text x={EDGE - 6} y={y(share) + 4} textAnchor="end">
              {percentWords(share)}
            </text>
            <text x={x(share)} y={SIZE - EDGE + 16} textAnchor="middle">
              {percentWords(share)}
            </text>
          </g>
        ))}
        <line
          className={classes.axis}
          x1={x(0)}
          x2={x(1)}
          y1={y(0)}
          y2={y(0)}
        />
        <line
          className={classes.axis}
          x1={x(0)}
          x2={x(0)}
          y1={y(0)}
          y2={y(1)}
        />
        <line
          className={classes.ideal}
          x1={x(0)}
          x2={x(1)}
          y1={y(0)}
          y2={y(1)}
        />
        <text x={x(0.5)} y={SIZE - 6} textAnchor="middle">
          should have been in it
        </text>
        <text
          transform={`translate(10 ${y(0.5)}) rotate(-90)`}
          textAnchor="middle"
        >
          were in it
        </text>
        {seen.map(
          ({ level, observed = 0, low = observed, high = observed }) => (
            <g key={level}>
              <line
                className={classes.interval}
                x1={x(level)}
                x2={x(level)}
                y1={y(low)}
                y2={y(high)}
              />
              <circle
                className={classes.point}
                cx={x(level)}
                cy={y(observed)}
                r={4}
              />
            </g>
          ),
        )}
      </svg>
    </ChartOrTable>
  );
}
