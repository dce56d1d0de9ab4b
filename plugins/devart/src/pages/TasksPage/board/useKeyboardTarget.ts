import type { TaskStatus, TaskSummary } from '@devart/plugin-devart-common';
import {
  pointerWithin,
  type CollisionDetection,
  type KeyboardCoordinateGetter,
} from '@dnd-kit/core';
import { useMemo, useRef, useState } from 'react';
import { allLegalTargets } from './boardModel';

const STEPS: Record<string, 1 | -1> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
};

/**
 * Dragging with the keyboard: arrow keys go from one legal place to the next,
 * in the order of the board, and over the end to the beginning.
 */
export function useKeyboardTarget(): {
  begin: (task: TaskSummary, byKeyboard: boolean) => void;
  end: () => void;
  coordinateGetter: KeyboardCoordinateGetter;
  collisionDetection: CollisionDetection;
} {
  const drag = useRef<{ targets: TaskStatus[]; at: number | undefined }>();
  const [, setStep] = useState(0);

  return useMemo(
    () => ({
      begin: (task, byKeyboard) => {
        drag.current = byKeyboard
          ? { targets: allLegalTargets(task.status), at: undefined }
          : undefined;
      },
      end: () => {
        drag.current = undefined;
      },
      coordinateGetter: (event, { context, currentCoordinates }) => {
        const step = STEPS[event.code];
        const current = drag.current;
        if (!step || !current || current.targets.length === 0) {
          return undefined;
        }
        const count = current.targets.length;
        const first = step > 0 ? 0 : count - 1;
        current.at =
          current.at === undefined
            ? first
            : (current.at + step + count) % count;
        // What is under the card depends on the key alone, so it is worked out anew.
        setStep(before => before + 1);
        const rect = context.droppableRects.get(current.targets[current.at]);
        context.droppableContainers
          .get(current.targets[current.at])
          ?.node.current?.scrollIntoView?.({
            block: 'nearest',
            inline: 'nearest',
          });
        return rect ? { x: rect.left, y: rect.top } : currentCoordinates;
      },
      collisionDetection: args => {
        const current = drag.current;
        if (!current) {
          return pointerWithin(args);
        }
        return current.at === undefined
          ? []
          : [{ id: current.targets[current.at] }];
      },
    }),
    [],
  );
}
