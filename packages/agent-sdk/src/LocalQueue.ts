import type { ClaimedTask } from '@devart/plugin-devart-common';

/** How much the newest task counts in the average. */
const WEIGHT = 0.2;
/** Handlers that take longer than this on average gain nothing from a task that waits here. */
const QUICK_MS = 1000;
/** After this long a task that has not begun is better off with another agent. */
const LONGEST_STAY_MS = 3 * QUICK_MS;

/**
 * Tasks that an agent holds and has not begun: the next is there when a handler
 * ends. Only while tasks are quick - a task must not wait for minutes here while
 * other agents are idle - so that it holds none until it has seen some, and gives
 * back what has stayed too long.
 */
export class LocalQueue {
  readonly #size: number;
  readonly #waiting: { task: ClaimedTask; since: number }[] = [];
  #averageMs = Infinity;

  /** @param size - how many tasks may wait */
  constructor(size: number) {
    this.#size = size;
  }

  /** How many tasks to have waiting. */
  get target(): number {
    return this.#averageMs < QUICK_MS ? this.#size : 0;
  }

  get tasks(): ClaimedTask[] {
    return this.#waiting.map(({ task }) => task);
  }

  /** When the first of them has stayed too long, in milliseconds since 1970; undefined when there is none. */
  get expiresAt(): number | undefined {
    return this.#waiting.length > 0
      ? this.#waiting[0].since + LONGEST_STAY_MS
      : undefined;
  }

  add(tasks: readonly ClaimedTask[], now: number): void {
    this.#waiting.push(...tasks.map(task => ({ task, since: now })));
  }

  /** Takes the task that is next. */
  next(): ClaimedTask | undefined {
    return this.#waiting.shift()?.task;
  }

  /** Takes out a task that the agent does not hold any more. */
  remove(task: { taskId: string; attempt: number }): void {
    const index = this.#waiting.findIndex(
      ({ task: { id, attempt } }) =>
        id === task.taskId && attempt === task.attempt,
    );
    if (index >= 0) {
      this.#waiting.splice(index, 1);
    }
  }

  /** Takes everything out. */
  clear(): ClaimedTask[] {
    return this.#waiting.splice(0).map(({ task }) => task);
  }

  /** Takes out what has stayed too long; until tasks are quick again, none will wait. */
  takeExpired(now: number): ClaimedTask[] {
    const count = this.#waiting.filter(
      ({ since }) => now >= since + LONGEST_STAY_MS,
    ).length;
    if (count > 0) {
      this.#averageMs = Infinity;
    }
    return this.#waiting.splice(0, count).map(({ task }) => task);
  }

  /** A handler has ended after this long. */
  observe(ms: number): void {
    this.#averageMs =
      this.#averageMs === Infinity
        ? ms
        : this.#averageMs + WEIGHT * (ms - this.#averageMs);
  }
}
