import type { TaskStatus, TaskSummary } from '@devart/plugin-devart-common';
import type { Active, Announcements, Over } from '@dnd-kit/core';
import { STATUS_WORDS } from '../../../format';
import { allLegalTargets } from './boardModel';

const wordOf = (status: unknown) => STATUS_WORDS[status as TaskStatus];
const taskOf = (active: Active) => active.data.current?.task as TaskSummary;
const titleOf = (active: Active) => taskOf(active)?.title ?? 'The task';
const placeOf = (over: Over | null) => (over ? wordOf(over.id) : undefined);

/** What a screen reader says while a task is dragged. */
export const announcements: Announcements = {
  onDragStart({ active }) {
    const task = taskOf(active);
    const targets = allLegalTargets(task.status).map(wordOf);
    return targets.length > 0
      ? `Picked up ${task.title}, ${wordOf(task.status)}. It can go to ${targets.join(', ')}.`
      : `Picked up ${task.title}, ${wordOf(task.status)}. It cannot go anywhere.`;
  },
  onDragOver({ active, over }) {
    const place = placeOf(over);
    return place
      ? `${titleOf(active)} is over ${place}. Space drops it there.`
      : `${titleOf(active)} is over no place where it can be dropped.`;
  },
  onDragEnd({ active, over }) {
    const place = placeOf(over);
    return place
      ? `${titleOf(active)} was moved to ${place}.`
      : `${titleOf(active)} stays where it was.`;
  },
  onDragCancel({ active }) {
    return `${titleOf(active)} stays where it was.`;
  },
};

/** What a screen reader says on a handle. */
export const screenReaderInstructions = {
  draggable:
    'Press space to pick up the task, arrow keys to choose where it goes, space to drop it, escape to leave it.',
};
