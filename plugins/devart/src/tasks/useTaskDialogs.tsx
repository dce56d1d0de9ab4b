import type { TaskStatus, TaskSummary } from '@devart/plugin-devart-common';
import { useState, type ReactNode } from 'react';
import { useDevartApi } from '../api';
import { ConfirmDialog, ReasonDialog, useToasts } from '../components';
import { EditTaskLoader } from './EditTaskLoader';
import { moveTask } from './moveTask';

type Open =
  | { kind: 'edit'; task: TaskSummary }
  | { kind: 'delete'; task: TaskSummary }
  | { kind: 'move'; task: TaskSummary; to: TaskStatus };

const MOVES: Partial<
  Record<
    TaskStatus,
    { title: string; text: string; submit: string; done: string }
  >
> = {
  queued: {
    title: 'Put it into the queue?',
    text: 'It starts again with its full number of attempts. What happened before stays in its history.',
    submit: 'Put into the queue',
    done: 'Put into the queue',
  },
  waiting: {
    title: 'Let it wait?',
    text: 'No agent gets it until somebody puts it back into the queue.',
    submit: 'Let it wait',
    done: 'Set to waiting',
  },
  cancelled: {
    title: 'Cancel the task?',
    text: 'An agent that is at work on it stops. A cancelled task can be put into the queue again.',
    submit: 'Cancel the task',
    done: 'Cancelled',
  },
  rejected: {
    title: 'Reject the task?',
    text: 'It ends here. A rejected task can be put into the queue again.',
    submit: 'Reject the task',
    done: 'Rejected',
  },
};

/** The dialogs with which people change tasks, for lists and pages alike. */
export function useTaskDialogs(options: {
  onChanged: () => Promise<void>;
  onDeleted?: () => void;
}): {
  edit: (task: TaskSummary) => void;
  remove: (task: TaskSummary) => void;
  move: (task: TaskSummary, to: TaskStatus) => void;
  dialog: ReactNode;
} {
  const api = useDevartApi();
  const toasts = useToasts();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);

  const dialogOf = (current: Open): ReactNode => {
    const { task } = current;
    if (current.kind === 'edit') {
      return (
        <EditTaskLoader
          taskId={task.id}
          onClose={close}
          onSaved={options.onChanged}
        />
      );
    }
    if (current.kind === 'delete') {
      return (
        <ConfirmDialog
          title={`Delete “${task.title}”?`}
          text="Its logs and artifacts go with it; this cannot be undone. Tasks that follow from it stay."
          submitLabel="Delete"
          onClose={close}
          onConfirm={async () => {
            await api.tasks.delete({ id: task.id });
            toasts.success('Deleted');
            close();
            if (options.onDeleted) {
              options.onDeleted();
            } else {
              await options.onChanged();
            }
          }}
        />
      );
    }
    const { to } = current;
    const words = MOVES[to]!;
    return (
      <ReasonDialog
        title={words.title}
        text={
          <>
            <strong>{task.title}</strong>
            <br />
            {words.text}
          </>
        }
        submitLabel={words.submit}
        onClose={close}
        onConfirm={async reason => {
          await moveTask(api, { id: task.id, from: task.status, to, reason });
          toasts.success(words.done);
          close();
          await options.onChanged();
        }}
      />
    );
  };

  return {
    edit: task => setOpen({ kind: 'edit', task }),
    remove: task => setOpen({ kind: 'delete', task }),
    move: (task, to) => setOpen({ kind: 'move', task, to }),
    dialog: open ? dialogOf(open) : undefined,
  };
}
