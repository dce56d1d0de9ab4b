import type { TaskSummary } from '@devart/plugin-devart-common';
import Tooltip from '@material-ui/core/Tooltip';
import { makeStyles } from '@material-ui/core/styles';
import type SvgIcon from '@material-ui/core/SvgIcon';
import DeadLetterIcon from '@material-ui/icons/ReportProblemOutlined';
import FollowsIcon from '@material-ui/icons/SubdirectoryArrowRight';
import LeadsIcon from '@material-ui/icons/CallSplit';
import RetriedIcon from '@material-ui/icons/Replay';
import ScheduledIcon from '@material-ui/icons/Alarm';
import WaitingIcon from '@material-ui/icons/PauseCircleOutline';
import { plural, relativeTime, WAITING_WORDS } from '../format';

interface Marker {
  label: string;
  Icon: typeof SvgIcon;
}

function markersOf(task: TaskSummary, now: number): Marker[] {
  const markers: Marker[] = [];
  if (task.parentId) {
    markers.push({ label: 'Follows from another task', Icon: FollowsIcon });
  }
  if (task.successors > 0) {
    markers.push({
      label: `Led to ${plural(task.successors, 'task')}`,
      Icon: LeadsIcon,
    });
  }
  if (task.attempt > 1) {
    markers.push({
      label: `Tried again: attempt ${task.attempt} of ${task.maxAttempts}`,
      Icon: RetriedIcon,
    });
  }
  if (task.status === 'waiting' && task.waitingReason) {
    markers.push({
      label: `Waits ${WAITING_WORDS[task.waitingReason]}`,
      Icon: WaitingIcon,
    });
  }
  if (
    task.status === 'queued' &&
    task.runAfter &&
    Date.parse(task.runAfter) > now
  ) {
    markers.push({
      label: `Starts not before ${relativeTime(task.runAfter, now)}`,
      Icon: ScheduledIcon,
    });
  }
  if (task.status === 'dead_letter') {
    markers.push({
      label: `Dead letter: ${task.lastError ?? 'all attempts failed'}`,
      Icon: DeadLetterIcon,
    });
  }
  return markers;
}

const useStyles = makeStyles(theme => ({
  root: {
    display: 'inline-flex',
    gap: theme.spacing(0.5),
    color: theme.palette.text.secondary,
  },
  marker: { display: 'inline-flex' },
}));

/** What is special about a task, as icons that explain themselves. */
export function TaskMarkers({ task }: { task: TaskSummary }) {
  const classes = useStyles();
  const markers = markersOf(task, Date.now());
  if (markers.length === 0) {
    return null;
  }
  return (
    <span className={classes.root}>
      {markers.map(({ label, Icon }) => (
        <Tooltip key={label} title={label.slice(0, 300)}>
          <span className={classes.marker} role="img" aria-label={label}>
            <Icon fontSize="small" aria-hidden />
          </span>
        </Tooltip>
      ))}
    </span>
  );
}
