import { BOARD_COLUMNS, type TaskSummary } from '@devart/plugin-devart-common';
import Paper from '@material-ui/core/Paper';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import type { ReactNode } from 'react';
import {
  CapabilityChips,
  Money,
  PriorityLabel,
  RelativeTime,
  TaskStatusLabel,
} from '../../../components';
import { Link, useLinks } from '../../../navigation';
import { TaskMarkers, TaskProgress } from '../../../tasks';
import { columnOf } from './boardModel';

const useStyles = makeStyles(theme => ({
  root: {
    padding: theme.spacing(1),
    display: 'grid',
    gap: theme.spacing(0.75),
    backgroundColor: theme.palette.background.paper,
  },
  head: { display: 'flex', alignItems: 'flex-start' },
  title: {
    flexGrow: 1,
    minWidth: 0,
    overflowWrap: 'anywhere',
    fontWeight: 600,
  },
  line: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(0.5, 1),
    ...theme.typography.caption,
    color: theme.palette.text.secondary,
  },
}));

/** A task on the board. */
export function TaskCard(props: {
  task: TaskSummary;
  /** What the task is dragged with. */
  handle?: ReactNode;
  menu?: ReactNode;
}) {
  const classes = useStyles();
  const links = useLinks();
  const { task, handle, menu } = props;
  // Where the column says it all, the card need not say it again.
  const saysColumn =
    !task.waitingReason && BOARD_COLUMNS[columnOf(task.status)].length === 1;
  return (
    <Paper variant="outlined" className={classes.root}>
      <div className={classes.head}>
        {handle}
        <Typography variant="body2" component="h3" className={classes.title}>
          <Link to={links.task(task.id)}>{task.title}</Link>
        </Typography>
        {menu}
      </div>
      <div className={classes.line}>
        {!saysColumn && (
          <TaskStatusLabel
            status={task.status}
            waitingReason={task.waitingReason}
          />
        )}
        <PriorityLabel priority={task.priority} />
        <TaskMarkers task={task} />
      </div>
      {task.capabilities.length > 0 && (
        <CapabilityChips capabilities={task.capabilities} label="Needs" />
      )}
      <TaskProgress task={task} />
      <div className={classes.line}>
        <span>{task.agent ? task.agent.name : 'no agent'}</span>
        {task.costMicros > 0 && <Money micros={task.costMicros} />}
        <RelativeTime at={task.updatedAt} />
      </div>
    </Paper>
  );
}
