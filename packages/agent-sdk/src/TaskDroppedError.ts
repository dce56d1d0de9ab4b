/**
 * Why an agent no longer works on a task: people cancelled it, it was given to
 * somebody else, the agent may not work any more, or the agent is stopping.
 *
 * @public
 */
export type DropReason = 'cancelled' | 'lost' | 'refused' | 'stopping';

const SENTENCES: Record<DropReason, string> = {
  cancelled: 'The task was cancelled',
  lost: 'The task is no longer held by this agent',
  refused: 'The agent may not work any more',
  stopping: 'The agent is stopping',
};

/**
 * The reason of a task's `signal` when it is aborted, and what calls about the
 * task throw from then on.
 *
 * @public
 */
export class TaskDroppedError extends Error {
  readonly reason: DropReason;

  constructor(reason: DropReason) {
    super(SENTENCES[reason]);
    this.name = 'TaskDroppedError';
    this.reason = reason;
  }
}
