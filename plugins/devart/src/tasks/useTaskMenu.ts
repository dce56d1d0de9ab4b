import {
  TASK_STATUSES,
  taskDeletePermission,
  taskUpdatePermission,
  type TaskStatus,
  type TaskSummary,
} from '@devart/plugin-devart-common';
import { useAccess } from '../access';
import type { MenuAction } from '../components';
import { MOVE_WORDS, whyNotMove } from '../format';

const MOVES = TASK_STATUSES.filter(status => MOVE_WORDS[status]);

/** What can be done with a task, for a menu; what cannot be done says why. */
export function useTaskMenu(dialogs: {
  edit: (task: TaskSummary) => void;
  remove: (task: TaskSummary) => void;
  move: (task: TaskSummary, to: TaskStatus) => void;
}): (task: TaskSummary) => MenuAction[] {
  const update = useAccess(taskUpdatePermission);
  const remove = useAccess(taskDeletePermission);

  return task => [
    {
      label: 'Edit',
      disabledReason: update.allowed ? undefined : update.reason,
      onSelect: () => dialogs.edit(task),
    },
    ...MOVES.filter(to => to !== task.status).map(to => ({
      label: MOVE_WORDS[to]!,
      disabledReason: update.allowed
        ? whyNotMove(task.status, to)
        : update.reason,
      onSelect: () => dialogs.move(task, to),
    })),
    {
      label: 'Delete',
      disabledReason: remove.allowed
        ? whyNotDelete(task.status)
        : remove.reason,
      onSelect: () => dialogs.remove(task),
    },
  ];
}

/** Why a task cannot be deleted; undefined when it can. */
export function whyNotDelete(status: TaskStatus): string | undefined {
  return status === 'running'
    ? 'An agent is at work on it; cancel it first.'
    : undefined;
}
