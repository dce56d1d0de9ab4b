import { NotFoundError } from '@backstage/errors';
import {
  isFinalStatus,
  type TaskStatus,
  type WaitingReason,
} from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';
import type { EventLog } from '../outbox/EventLog';
import type { Holder, LeaseRow, LeaseStore } from './LeaseStore';
import type { QueueStore } from './QueueStore';
import { retryDelaySeconds } from './retryDelay';
import type { AttemptOutcome, TaskHistoryStore } from './TaskHistoryStore';
import type { LockedTask, TaskStore } from './TaskStore';
import type { TaskTypes } from './TaskTypes';

/** A change of a task's status. */
export interface TransitionRequest {
  to: TaskStatus;
  reason?: string;
  waitingReason?: WaitingReason;
  output?: Record<string, unknown>;
  error?: string;
  /** How the running attempt ended; needed when the task was running. */
  outcome?: AttemptOutcome;
  /** Failures since a person last queued the task; unchanged unless given. */
  failures?: number;
  /** When the queued task may be claimed; at once unless given. */
  availableAt?: Date;
}

/** A task that a workflow waits for has come to its end. */
export interface EndedStepTask {
  id: string;
  organizationId: string;
  /** The step of the run that the task does. */
  runStepId: string;
  status: TaskStatus;
  output?: Record<string, unknown>;
  /** Why it did not succeed. */
  error?: string;
}

/** The capabilities that one queued task asks for. */
export type Needs = readonly string[];

/** Tasks that came into the queue. */
export interface QueuedTasks {
  ids: readonly string[];
  /** What each of those needs that may be claimed at once, where that is at hand. */
  needs?: readonly Needs[];
}

/** What changed about running tasks. */
export interface LeaseChange {
  /** Tasks that began to run. */
  begun?: readonly string[];
  /** Whether tasks ended, which may make room for others. */
  ended?: boolean;
}

function withLease(
  task: Omit<LockedTask, 'lease'>,
  lease: LeaseRow | undefined,
): LockedTask {
  return lease
    ? {
        ...task,
        lease,
        status: 'running',
        agent_id: lease.agent_id,
        attempt: lease.attempt,
        version: task.version + lease.version,
      }
    : task;
}

/**
 * The state machine of tasks: the one place where a status changes, except for
 * the claim and the agent's word that it is done, which are single statements
 * for many tasks at once.
 *
 * queued: in the queue; claimed, held (waiting) or cancelled.
 * running: an agent holds an attempt; ends by its word, by losing its lease, or
 *   by being cancelled.
 * waiting: for a person or a condition; released to the queue, cancelled or rejected.
 * succeeded, failed, cancelled, rejected, dead_letter: ended; all but succeeded
 *   can be queued again.
 *
 * Every transition writes the task, its attempt, its history, the queue and an
 * event in one transaction.
 */
export class TaskMachine {
  readonly #tasks: TaskStore;
  readonly #queue: QueueStore;
  readonly #leases: LeaseStore;
  readonly #history: TaskHistoryStore;
  readonly #types: TaskTypes;
  readonly #events: EventLog;
  readonly #retry: { baseSeconds: number; maxSeconds: number };
  readonly #onQueued: ((queued: QueuedTasks) => void)[] = [];
  readonly #onLeasesChanged: ((change: LeaseChange) => void)[] = [];
  #onStepTaskEnded: (
    tx: Transaction,
    ended: readonly EndedStepTask[],
  ) => Promise<void> = async () => {};
  #onLeftWaiting: (
    tx: Transaction,
    task: { id: string },
    reason: string,
  ) => Promise<void> = async () => {};

  constructor(options: {
    tasks: TaskStore;
    queue: QueueStore;
    leases: LeaseStore;
    history: TaskHistoryStore;
    types: TaskTypes;
    events: EventLog;
    retry: { baseSeconds: number; maxSeconds: number };
  }) {
    this.#tasks = options.tasks;
    this.#queue = options.queue;
    this.#leases = options.leases;
    this.#history = options.history;
    this.#types = options.types;
    this.#events = options.events;
    this.#retry = options.retry;
  }

  /** Adds whom to tell when tasks were committed to the queue. */
  onQueued(listener: (queued: QueuedTasks) => void): void {
    this.#onQueued.push(listener);
  }

  /**
   * Says whom to tell of ended tasks that do a step of a workflow's run, as part
   * of the transaction that ends them and with the rights of the control plane.
   */
  onStepTaskEnded(
    listener: (
      tx: Transaction,
      ended: readonly EndedStepTask[],
    ) => Promise<void>,
  ): void {
    this.#onStepTaskEnded = listener;
  }

  /**
   * Says whom to tell of tasks that wait no longer, whatever took them out of
   * waiting, as part of that transaction and with the rights of the control plane.
   */
  onLeftWaiting(
    listener: (
      tx: Transaction,
      task: { id: string },
      reason: string,
    ) => Promise<void>,
  ): void {
    this.#onLeftWaiting = listener;
  }

  /** Tells that a task that waited does so no longer. */
  async leftWaiting(
    tx: Transaction,
    task: LockedTask,
    reason: string,
  ): Promise<void> {
    if (task.status === 'waiting') {
      await tx.elevated(() => this.#onLeftWaiting(tx, task, reason));
    }
  }

  /** Adds whom to tell of attempts that began or ended without an event, or made room. */
  onLeasesChanged(listener: (change: LeaseChange) => void): void {
    this.#onLeasesChanged.push(listener);
  }

  /** Tells whoever hands out tasks, once the transaction is committed. */
  announceQueued(tx: Transaction, queued: QueuedTasks): void {
    tx.afterCommit(() => {
      for (const listener of this.#onQueued) {
        listener(queued);
      }
    });
  }

  /** Tells of attempts that began or ended, once the transaction is committed. */
  announceLeases(tx: Transaction, change: LeaseChange): void {
    tx.afterCommit(() => {
      for (const listener of this.#onLeasesChanged) {
        listener(change);
      }
    });
  }

  /**
   * Locks a task with its place in the queue and its lease, in this order.
   *
   * @throws NotFoundError when the organisation has no such task.
   */
  async lock(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<LockedTask> {
    const [hasPlace, lease, [task]] = await Promise.all([
      this.#queue.lock(tx, id),
      this.#leases.lock(tx, id),
      this.#tasks.lock(tx, [id]),
    ]);
    if (task?.organization_id !== organizationId) {
      throw new NotFoundError(`There is no task ${id}`);
    }
    if (task.status !== 'queued' || hasPlace || lease) {
      return withLease(task, lease);
    }
    // It came into the queue while the task's lock was waited for. Nobody can
    // move it now but a claim, which ends without waiting for us.
    const [, claimed] = await Promise.all([
      this.#queue.lock(tx, id),
      this.#leases.lock(tx, id),
    ]);
    return withLease(task, claimed);
  }

  /** Locks the running tasks of a holder, in the order of their ids. */
  async lockRunning(tx: Transaction, holder: Holder): Promise<LockedTask[]> {
    const leases = await this.#leases.lockOf(tx, holder);
    if (leases.length === 0) {
      return [];
    }
    const byTask = new Map(leases.map(lease => [lease.task_id, lease]));
    const tasks = await this.#tasks.lock(tx, [...byTask.keys()]);
    return tasks.map(task => withLease(task, byTask.get(task.id)));
  }

  /** Changes the status of a locked task. Whether the change is legal is the caller's business. */
  async transition(
    tx: Transaction,
    task: LockedTask,
    request: TransitionRequest,
  ): Promise<void> {
    const { to, reason } = request;
    if (task.lease) {
      await this.#history.finishAttempt(tx, task.id, {
        outcome: request.outcome ?? 'lost',
        error: request.error,
      });
      this.announceLeases(tx, { ended: true });
    }
    if (task.status === 'queued') {
      await this.#queue.remove(tx, task.id);
    }
    await this.#tasks.applyTransition(tx, task.id, {
      lease: task.lease,
      status: to,
      waitingReason: to === 'waiting' ? request.waitingReason : undefined,
      releaseAgent: to === 'queued',
      failures: request.failures ?? task.failures,
      runAfter: to === 'queued' ? request.availableAt : undefined,
      output: request.output,
      lastError: request.error,
      final: isFinalStatus(to),
    });
    if (to === 'queued') {
      await this.#queue.enqueue(tx, [task.id]);
      this.announceQueued(tx, { ids: [task.id] });
    }
    await this.#history.appendTransition(tx, {
      organizationId: task.organization_id,
      taskId: task.id,
      from: task.status,
      to,
      attempt: task.attempt,
      reason,
    });
    await this.#events.append(tx, [
      {
        organizationId: task.organization_id,
        topic: `task.${to}`,
        subject: { kind: 'task', id: task.id, name: task.title },
        entityRef: task.entity_ref ?? undefined,
        detail: reason,
      },
    ]);
    await this.leftWaiting(tx, task, `the task is ${to}`);
    if (isFinalStatus(to) && to !== 'succeeded') {
      await this.#types.unsuccessful(
        tx,
        {
          id: task.id,
          organizationId: task.organization_id,
          type: task.type,
        },
        { status: to, error: request.error ?? reason },
      );
    }
    if (task.run_step_id && isFinalStatus(to)) {
      await this.stepTasksEnded(tx, [
        {
          id: task.id,
          organizationId: task.organization_id,
          runStepId: task.run_step_id,
          status: to,
          output: request.output,
          error: request.error ?? reason,
        },
      ]);
    }
  }

  /** Tells of ended tasks that do steps of runs, with the rights of the control plane. */
  async stepTasksEnded(
    tx: Transaction,
    ended: readonly EndedStepTask[],
  ): Promise<void> {
    if (ended.length > 0) {
      await tx.elevated(() => this.#onStepTaskEnded(tx, ended));
    }
  }

  /**
   * Ends a running attempt that came to nothing: back to the queue after a
   * delay, or a dead letter when its attempts are used up.
   */
  async failAttempt(
    tx: Transaction,
    task: LockedTask,
    failure: {
      outcome: 'failed' | 'lost';
      error: string;
      retryable: boolean;
      /** Without the delay: for attempts that ended through no fault of the task. */
      atOnce?: boolean;
    },
  ): Promise<{ status: TaskStatus; retryAt?: Date }> {
    const failures = task.failures + 1;
    const { outcome, error } = failure;
    if (!failure.retryable || failures >= task.max_attempts) {
      await this.transition(tx, task, {
        to: 'dead_letter',
        outcome,
        error,
        failures,
        reason: failure.retryable
          ? `attempt ${failures} of ${task.max_attempts}: ${error}`.slice(
              0,
              500,
            )
          : `will not go away by trying again: ${error}`.slice(0, 500),
      });
      return { status: 'dead_letter' };
    }
    const delay = failure.atOnce ? 0 : retryDelaySeconds(failures, this.#retry);
    const retryAt = new Date(Date.now() + delay * 1000);
    await this.transition(tx, task, {
      to: 'queued',
      outcome,
      error,
      failures,
      availableAt: failure.atOnce ? undefined : retryAt,
      reason: `attempt ${failures} of ${task.max_attempts}: ${error}`.slice(
        0,
        500,
      ),
    });
    return { status: 'queued', retryAt };
  }
}
