import { REVIEW_TASK_TYPE, type Task } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { ArtifactsPanel } from './artifacts';
import { DataPanel } from './DataPanel';
import { HistoryPanel } from './HistoryPanel';
import { LineagePanel } from './lineage';
import { LogsPanel } from './logs';
import { ReviewPanel } from './review';
import { TaskFacts } from './TaskFacts';
import { TaskHead } from './TaskHead';

const useStyles = makeStyles(theme => ({
  grid: {
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'minmax(0, 2fr) minmax(260px, 1fr)',
    alignItems: 'start',
    [theme.breakpoints.down('sm')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  column: { display: 'grid', gap: theme.spacing(2), minWidth: 0 },
}));

/** A task with all that belongs to it. */
export function TaskView(props: { task: Task; reload: () => Promise<void> }) {
  const classes = useStyles();
  const { task, reload } = props;
  // A review is shown as such; its data interest few.
  const isReview = task.type === REVIEW_TASK_TYPE;
  const hasInput = Object.keys(task.input).length > 0;
  return (
    <>
      <TaskHead task={task} reload={reload} />
      <div className={classes.grid}>
        <div className={classes.column}>
          {isReview && <ReviewPanel taskId={task.id} />}
          <LogsPanel taskId={task.id} isRunning={task.status === 'running'} />
          <LineagePanel task={task} />
          {task.output && (
            <DataPanel title="Output" isOpen={!isReview} value={task.output} />
          )}
          {hasInput && (
            <DataPanel title="Input" isOpen={!isReview} value={task.input} />
          )}
        </div>
        <div className={classes.column}>
          <TaskFacts task={task} />
          <ArtifactsPanel taskId={task.id} />
          <HistoryPanel taskId={task.id} />
        </div>
      </div>
    </>
  );
}
