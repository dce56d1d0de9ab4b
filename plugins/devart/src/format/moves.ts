import {
  isFinalStatus,
  isLegalMove,
  type TaskStatus,
} from '@devart/plugin-devart-common';
import { STATUS_WORDS } from './words';

/** What a move to a status is called on a button. */
export const MOVE_WORDS: Partial<Record<TaskStatus, string>> = {
  queued: 'Put into the queue',
  waiting: 'Let it wait',
  cancelled: 'Cancel',
  rejected: 'Reject',
};

/** Why a person may not move a task; undefined when they may. */
export function whyNotMove(
  from: TaskStatus,
  to: TaskStatus,
): string | undefined {
  if (isLegalMove(from, to)) {
    return undefined;
  }
  if (from === to) {
    return 'It is there already.';
  }
  if (to === 'running') {
    return 'Only an agent can start a task, by claiming it.';
  }
  if (to === 'succeeded') {
    return 'Only the agent at work on a task can complete it.';
  }
  if (to === 'failed' || to === 'dead_letter') {
    return 'A task gets there only when its attempts fail.';
  }
  if (from === 'succeeded') {
    return 'A task that has succeeded stays as it is.';
  }
  if (from === 'running') {
    return 'An agent is at work on it; cancel it first.';
  }
  if (isFinalStatus(from) && to === 'waiting') {
    return 'It has come to its end; put it into the queue first.';
  }
  return `A task cannot go from ${STATUS_WORDS[from].toLowerCase()} to ${STATUS_WORDS[to].toLowerCase()}.`;
}
