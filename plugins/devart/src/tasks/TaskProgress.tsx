import type { TaskSummary } from '@devart/plugin-devart-common';
import LinearProgress from '@material-ui/core/LinearProgress';
import Typography from '@material-ui/core/Typography';

/** How far the agent says it has come. */
export function TaskProgress({ task }: { task: TaskSummary }) {
  if (!task.progress || task.status !== 'running') {
    return null;
  }
  const { percent, message } = task.progress;
  return (
    <div>
      <LinearProgress
        variant="determinate"
        value={percent}
        aria-label={`Progress of ${task.title}`}
      />
      <Typography variant="caption" component="p">
        {Math.round(percent)} %{message && ` · ${message}`}
      </Typography>
    </div>
  );
}
