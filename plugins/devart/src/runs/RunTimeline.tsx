import ButtonBase from '@material-ui/core/ButtonBase';
import { makeStyles } from '@material-ui/core/styles';
import type { Run, StepStatus } from '@devart/plugin-devart-common';
import { Hidden, useNow } from '../components';
import { duration, STEP_STATUS_WORDS, timeTaken } from '../format';
import type { StepGroup } from './groupSteps';
import { timelineOf } from './timelineOf';

const useStyles = makeStyles(theme => ({
  list: { listStyle: 'none', margin: 0, padding: 0 },
  row: {
    width: '100%',
    display: 'grid',
    gridTemplateColumns: 'minmax(90px, 25%) 1fr 84px',
    gap: theme.spacing(1),
    alignItems: 'center',
    padding: theme.spacing(0.5),
    textAlign: 'left',
    ...theme.typography.body2,
    color: theme.palette.text.primary,
    borderTop: `1px solid ${theme.palette.divider}`,
    '&:focus-visible': { outline: `2px solid ${theme.palette.primary.main}` },
  },
  selected: { backgroundColor: theme.palette.action.selected },
  name: {
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  track: {
    position: 'relative',
    height: 14,
    borderRadius: 2,
    backgroundColor: theme.palette.action.hover,
  },
  bar: {
    position: 'absolute',
    top: 0,
    bottom: 0,
    borderRadius: 2,
    border: `1px solid ${theme.palette.text.secondary}`,
  },
  pending: { backgroundColor: theme.palette.action.disabledBackground },
  running: { backgroundColor: theme.palette.status.running },
  waiting: { backgroundColor: theme.palette.status.warning },
  succeeded: { backgroundColor: theme.palette.status.ok },
  failed: { backgroundColor: theme.palette.status.error },
  skipped: { backgroundColor: theme.palette.status.aborted },
  cancelled: { backgroundColor: theme.palette.status.aborted },
  scale: {
    ...theme.typography.caption,
    display: 'block',
    color: theme.palette.text.secondary,
    textAlign: 'right',
  },
}));

/** When each step of a run was under way, as bars under each other. */
export function RunTimeline(props: {
  run: Run;
  groups: readonly StepGroup[];
  selectedId?: string;
  onSelect: (id: string) => void;
}) {
  const classes: Record<StepStatus | string, string> = useStyles();
  const now = useNow();
  const { run, groups, selectedId, onSelect } = props;
  const { seconds, bars } = timelineOf({
    groups,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    now,
  });
  return (
    <>
      <span className={classes.scale}>{duration(seconds)} altogether</span>
      <ul className={classes.list} aria-label="Timeline">
        {bars.map(({ group, bar }) => (
          <li key={group.id}>
            <ButtonBase
              disableRipple
              className={`${classes.row} ${
                group.id === selectedId ? classes.selected : ''
              }`}
              aria-pressed={group.id === selectedId}
              onClick={() => onSelect(group.id)}
            >
              <span className={classes.name}>
                {group.name}
                <Hidden>, {STEP_STATUS_WORDS[group.status]}, </Hidden>
              </span>
              <span className={classes.track}>
                {bar && (
                  <span
                    className={`${classes.bar} ${classes[group.status]}`}
                    style={{ left: `${bar.left}%`, width: `${bar.width}%` }}
                  />
                )}
              </span>
              <span>{timeTaken(group, now) ?? '–'}</span>
            </ButtonBase>
          </li>
        ))}
      </ul>
    </>
  );
}
