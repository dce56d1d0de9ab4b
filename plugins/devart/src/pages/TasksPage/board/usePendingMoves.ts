import type { TaskStatus, TaskSummary } from '@devart/plugin-devart-common';
import { useCallback, useState } from 'react';
import { useDevartApi } from '../../../api';
import { useToasts } from '../../../components';
import { moveTask } from '../../../tasks';
import type { PendingMoves } from './boardModel';

/**
 * Moves tasks at once on the screen and then in the control plane; a move that
 * is refused is taken back with a message.
 */
export function usePendingMoves(reload: () => Promise<void>): {
  moves: PendingMoves;
  move: (task: TaskSummary, to: TaskStatus) => Promise<void>;
} {
  const api = useDevartApi();
  const toasts = useToasts();
  const [moves, setMoves] = useState<PendingMoves>(new Map());

  const move = useCallback(
    async (task: TaskSummary, to: TaskStatus) => {
      setMoves(before => new Map(before).set(task.id, to));
      try {
        await moveTask(api, { id: task.id, from: task.status, to });
      } catch (error) {
        toasts.failure(`“${task.title}” could not be moved`, error);
      }
      // Only the reloaded board takes the place of the move, so nothing jumps.
      await reload();
      setMoves(before => {
        const after = new Map(before);
        after.delete(task.id);
        return after;
      });
    },
    [api, reload, toasts],
  );
  return { moves, move };
}
