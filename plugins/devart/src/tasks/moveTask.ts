import { isFinalStatus, type TaskStatus } from '@devart/plugin-devart-common';
import type { DevartApi } from '../api';

/** Moves a task the way the control plane wants to be told: some moves have an operation of their own. */
export async function moveTask(
  api: DevartApi,
  move: { id: string; from: TaskStatus; to: TaskStatus; reason?: string },
): Promise<void> {
  const { id, from, to, reason } = move;
  if (to === 'queued' && isFinalStatus(from)) {
    await api.tasks.requeue({ id, reason });
  } else if (to === 'cancelled') {
    await api.tasks.cancel({ id, reason });
  } else {
    await api.tasks.setStatus({ id, status: to, reason });
  }
}
