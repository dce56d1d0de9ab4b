import type { ClaimedTask } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';
import type { EventLog } from '../outbox/EventLog';
import type { ClaimRequest, QueueStore } from './QueueStore';
import type { TaskMachine } from './TaskMachine';
import { priorityOfRank } from './TaskRow';
import type { LockedTask, TaskStore } from './TaskStore';

/** Whose running tasks are meant. */
export type Holder =
  | { agentId: string }
  | { organizationId: string }
  | { sessionIds: readonly string[] }
  | { taskIds: readonly string[] };

/**
 * The queue as those who hand out tasks see it: claims, and what becomes of
 * running tasks when their holder is stopped or lost. Everything is part of a
 * transaction of theirs.
 */
export class TaskQueue {
  readonly #store: QueueStore;
  readonly #tasks: TaskStore;
  readonly #machine: TaskMachine;
  readonly #events: EventLog;

  constructor(options: {
    store: QueueStore;
    tasks: TaskStore;
    machine: TaskMachine;
    events: EventLog;
  }) {
    this.#store = options.store;
    this.#tasks = options.tasks;
    this.#machine = options.machine;
    this.#events = options.events;
  }

  /** Claims up to `max` tasks, and no more than leave the agent at `maxConcurrent`. */
  async claim(
    tx: Transaction,
    request: ClaimRequest & { maxConcurrent: number; leaseExpiresAt: Date },
  ): Promise<ClaimedTask[]> {
    const running = await this.#store.countRunning(tx, request.agentId);
    const max = Math.min(request.max, request.maxConcurrent - running);
    if (max <= 0) {
      return [];
    }
    const rows = await this.#store.claim(tx, { ...request, max });
    if (rows.length > 0) {
      this.#events.announce(tx);
    }
    return rows.map(row => ({
      id: row.id,
      attempt: row.attempt,
      title: row.title,
      description: row.description,
      type: row.type,
      priority: priorityOfRank(row.priority),
      capabilities: row.capabilities,
      entityRef: row.entity_ref ?? undefined,
      parentId: row.parent_id ?? undefined,
      input: row.input,
      maxAttempts: row.max_attempts,
      traceparent: row.traceparent ?? undefined,
      leaseExpiresAt: request.leaseExpiresAt.toISOString(),
    }));
  }

  /** Makes tasks claimable whose time has come; says in how many milliseconds the next is due. */
  async promoteDue(tx: Transaction, limit: number) {
    return this.#store.promoteDue(tx, limit);
  }

  /** When a queued task may be claimed; undefined when it is not in the queue. */
  async placeOf(
    tx: Transaction,
    taskId: string,
  ): Promise<{ ready: boolean; availableAt: Date } | undefined> {
    const row = await this.#store.findQueued(tx, taskId);
    return row && { ready: row.ready, availableAt: row.available_at };
  }

  /** Of some attempts, those that the agent does not hold, and why. */
  async notHeld(
    tx: Transaction,
    agentId: string,
    attempts: readonly { taskId: string; attempt: number }[],
  ) {
    return this.#tasks.findNotHeld(tx, agentId, attempts);
  }

  /** Gives running tasks back without counting it against them, or cancels them. */
  async release(
    tx: Transaction,
    holder: Holder,
    how: { policy: 'return' | 'cancel'; reason: string },
  ): Promise<void> {
    for (const task of await this.#lockRunning(tx, holder)) {
      await this.#machine.transition(tx, task, {
        to: how.policy === 'return' ? 'queued' : 'cancelled',
        outcome: how.policy === 'return' ? 'lost' : 'cancelled',
        reason: how.reason,
      });
    }
  }

  /** Gives back those of some attempts that the agent still holds, without counting it against them. */
  async giveBack(
    tx: Transaction,
    agentId: string,
    attempts: readonly { taskId: string; attempt: number }[],
    reason: string,
  ): Promise<void> {
    const attemptOf = new Map(
      attempts.map(({ taskId, attempt }) => [taskId, attempt]),
    );
    const running = await this.#lockRunning(tx, {
      taskIds: [...attemptOf.keys()],
    });
    for (const task of running) {
      if (
        task.agent_id === agentId &&
        task.attempt === attemptOf.get(task.id)
      ) {
        await this.#machine.transition(tx, task, {
          to: 'queued',
          outcome: 'lost',
          reason,
        });
      }
    }
  }

  /** Gives back what a session holds without knowing of it, once it should know. */
  async releaseUnknown(
    tx: Transaction,
    sessionId: string,
    known: { taskIds: ReadonlySet<string>; afterSeconds: number },
  ): Promise<void> {
    const held = await this.#lockRunning(tx, { sessionIds: [sessionId] });
    for (const task of held) {
      if (
        !known.taskIds.has(task.id) &&
        task.held_seconds > known.afterSeconds
      ) {
        await this.#machine.transition(tx, task, {
          to: 'queued',
          outcome: 'lost',
          reason: 'the agent does not know of it',
        });
      }
    }
  }

  /** Ends the attempts of sessions that were lost; that counts as a failure of each. */
  async lose(
    tx: Transaction,
    sessionIds: readonly string[],
    error: string,
  ): Promise<void> {
    for (const task of await this.#lockRunning(tx, { sessionIds })) {
      await this.#machine.failAttempt(tx, task, {
        outcome: 'lost',
        error,
        retryable: true,
        atOnce: true,
      });
    }
  }

  async #lockRunning(tx: Transaction, holder: Holder): Promise<LockedTask[]> {
    if ('agentId' in holder) {
      return this.#tasks.lockRunningOf(tx, holder.agentId);
    }
    if ('taskIds' in holder) {
      return this.#tasks.lockRunning(tx, holder.taskIds);
    }
    return 'organizationId' in holder
      ? this.#tasks.lockAllRunning(tx, holder.organizationId)
      : this.#tasks.lockRunningOfSessions(tx, holder.sessionIds);
  }
}
