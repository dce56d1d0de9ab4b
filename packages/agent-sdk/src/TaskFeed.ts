import type { ClaimedTask } from '@devart/plugin-devart-common';
import type { ApiProblem } from './ApiProblem';

/**
 * Something that brings tasks without being asked for each. Modes: `off`;
 * `opening`; `open` (tasks come by themselves); `waiting` (it cannot be had now;
 * it tries again by itself).
 */
export interface TaskFeed {
  readonly mode: 'off' | 'opening' | 'open' | 'waiting';
  /** Begins to bring tasks; nothing happens when it has begun. */
  start(): void;
  /** Brings no more tasks; settles when nothing of it goes on. */
  stop(): Promise<void>;
  /** Says how many tasks the agent wants to hold at once. */
  setHold(hold: number): Promise<void>;
  /** The agent holds fewer tasks than before. */
  onRoom(): void;
}

/** What a feed tells its agent. */
export interface TaskFeedListener {
  /** Tasks that are the agent's from now on. */
  onTasks(tasks: readonly ClaimedTask[]): void;
  /** The mode has changed. */
  onChange(): void;
  /** The agent may not have tasks, or its session has ended; a heartbeat tells more. */
  onRefused(problem: ApiProblem): void;
}
