import {
  isLegalMove,
  taskCreatePermission,
  taskDeletePermission,
  taskUpdatePermission,
  type Task,
} from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { PendingApprovals } from '../../approvals';
import {
  ActionButton,
  Notice,
  PriorityLabel,
  TaskStatusLabel,
} from '../../components';
import { whyNotMove } from '../../format';
import { Link, useLinks, useNavigate } from '../../navigation';
import {
  CreateTaskDialog,
  TaskMarkers,
  TaskProgress,
  useTaskDialogs,
  whyNotDelete,
} from '../../tasks';
import { PageHead } from '../shared';

const useStyles = makeStyles(theme => ({
  line: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1, 2),
    marginBottom: theme.spacing(1.5),
  },
  description: {
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    maxWidth: '90ch',
    marginBottom: theme.spacing(2),
  },
  progress: { maxWidth: 480, marginBottom: theme.spacing(1.5) },
}));

/** What a task is, how it stands, and what can be done with it. */
export function TaskHead(props: { task: Task; reload: () => Promise<void> }) {
  const classes = useStyles();
  const links = useLinks();
  const navigate = useNavigate();
  const { task, reload } = props;
  const [creating, setCreating] = useState(false);
  const dialogs = useTaskDialogs({
    onChanged: reload,
    onDeleted: () => navigate(links.board()),
  });
  const canRequeue = isLegalMove(task.status, 'queued');

  return (
    <>
      <Typography variant="body2">
        {task.runId ? (
          <>
            <Link to={links.run(task.runId)}>Run of a workflow</Link> / Task
          </>
        ) : (
          <Link to={links.board()}>Tasks</Link>
        )}
      </Typography>
      <PageHead
        title={task.title}
        actions={
          <>
            {canRequeue && (
              <ActionButton
                variant="contained"
                color="primary"
                permission={taskUpdatePermission}
                onClick={() => dialogs.move(task, 'queued')}
              >
                Put into the queue
              </ActionButton>
            )}
            {isLegalMove(task.status, 'rejected') && (
              <ActionButton
                permission={taskUpdatePermission}
                onClick={() => dialogs.move(task, 'rejected')}
              >
                Reject
              </ActionButton>
            )}
            <ActionButton
              permission={taskUpdatePermission}
              disabledReason={whyNotMove(task.status, 'cancelled')}
              onClick={() => dialogs.move(task, 'cancelled')}
            >
              Cancel
            </ActionButton>
            <ActionButton
              permission={taskUpdatePermission}
              onClick={() => dialogs.edit(task)}
            >
              Edit
            </ActionButton>
            <ActionButton
              permission={taskCreatePermission}
              onClick={() => setCreating(true)}
            >
              Create successor
            </ActionButton>
            <ActionButton
              permission={taskDeletePermission}
              disabledReason={whyNotDelete(task.status)}
              onClick={() => dialogs.remove(task)}
            >
              Delete
            </ActionButton>
          </>
        }
      />
      <div className={classes.line}>
        <TaskStatusLabel
          status={task.status}
          waitingReason={task.waitingReason}
        />
        <PriorityLabel priority={task.priority} />
        <TaskMarkers task={task} />
      </div>
      {task.waiting && (
        <Notice kind="waiting">
          Why it waits: {task.waiting.message}
          {task.waitingReason === 'approval' && (
            <PendingApprovals taskId={task.id} />
          )}
        </Notice>
      )}
      <div className={classes.progress}>
        <TaskProgress task={task} />
      </div>
      {task.lastError && task.status !== 'succeeded' && (
        <Notice kind="problem">Last error: {task.lastError}</Notice>
      )}
      {task.description && (
        <Typography
          variant="body1"
          component="p"
          className={classes.description}
        >
          {task.description}
        </Typography>
      )}
      {dialogs.dialog}
      {creating && (
        <CreateTaskDialog
          predecessor={task}
          initial={{ priority: task.priority, entityRef: task.entityRef ?? '' }}
          onClose={() => setCreating(false)}
          onCreated={created => navigate(links.task(created.id))}
        />
      )}
    </>
  );
}
