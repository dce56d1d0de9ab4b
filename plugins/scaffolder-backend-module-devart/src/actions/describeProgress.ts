import type { Task } from '@devart/plugin-devart-common';

/** In one line, for people: where a task stands and how far it has come. */
export function describeProgress(task: Task): string {
  const { status, attempt, maxAttempts, agent, progress, waiting } = task;
  if (status === 'running') {
    const done = progress
      ? `: ${Math.floor(progress.percent)} %${progress.message ? ` - ${progress.message}` : ''}`
      : '';
    return `${agent?.name ?? 'An agent'} works on it, attempt ${attempt} of ${maxAttempts}${done}`;
  }
  if (status === 'queued' || status === 'waiting') {
    const failed = task.lastError
      ? ` (the attempt before failed: ${task.lastError})`
      : '';
    return `It is ${status}${waiting ? `: ${waiting.message}` : ''}${failed}`;
  }
  return `It has ended: ${status.replace('_', ' ')}`;
}
