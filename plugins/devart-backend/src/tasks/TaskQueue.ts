import type { Transaction } from '../database/Transaction';
import type { Holder, LeaseStore } from './LeaseStore';
import type { CapabilityLimit, QueueStore } from './QueueStore';
import type { TaskMachine } from './TaskMachine';

/**
 * The queue as those who hand out tasks see it: what may be claimed, and what
 * becomes of running tasks when their holder is stopped or lost. Everything is part of a
 * transaction of theirs.
 */
export class TaskQueue {
  readonly #store: QueueStore;
  readonly #leases: LeaseStore;
  readonly #machine: TaskMachine;
  readonly #limits: readonly CapabilityLimit[];

  /** @param limits - of each organisation: running tasks that ask for a capability */
  constructor(options: {
    store: QueueStore;
    leases: LeaseStore;
    machine: TaskMachine;
    limits: readonly CapabilityLimit[];
  }) {
    this.#store = options.store;
    this.#leases = options.leases;
    this.#machine = options.machine;
    this.#limits = options.limits;
  }

  /** Of the limited capabilities that a task asks for, one that has no place left. */
  async exhausted(
    tx: Transaction,
    organizationId: string,
    capabilities: readonly string[],
  ): Promise<CapabilityLimit | undefined> {
    const limits = this.limitsOf(capabilities);
    if (limits.length === 0) {
      return undefined;
    }
    const using = await this.#leases.countUsing(
      tx,
      organizationId,
      limits.map(({ capability }) => capability),
    );
    return limits.find(limit =>
      using.some(
        ({ capability, running }) =>
          capability === limit.capability && running >= limit.most,
      ),
    );
  }

  /** The limits that concern whoever needs or has some capabilities. */
  limitsOf(capabilities: readonly string[]): CapabilityLimit[] {
    return this.#limits.filter(({ capability }) =>
      capabilities.includes(capability),
    );
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
    return this.#leases.findNotHeld(tx, agentId, attempts);
  }

  /** Gives running tasks back without counting it against them, or cancels them. */
  async release(
    tx: Transaction,
    holder: Holder,
    how: { policy: 'return' | 'cancel'; reason: string },
  ): Promise<void> {
    for (const task of await this.#machine.lockRunning(tx, holder)) {
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
    const running = await this.#machine.lockRunning(tx, {
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
    session: { id: string; agentId: string },
    known: { taskIds: readonly string[]; afterSeconds: number },
  ): Promise<void> {
    const taskIds = await this.#leases.findOthers(tx, session.id, {
      agentId: session.agentId,
      taskIds: known.taskIds,
      seconds: known.afterSeconds,
    });
    if (taskIds.length > 0) {
      await this.release(
        tx,
        { taskIds },
        { policy: 'return', reason: 'the agent does not know of it' },
      );
    }
  }

  /** Ends the attempts of sessions that were lost; that counts as a failure of each. */
  async lose(
    tx: Transaction,
    holder: Extract<Holder, { sessionIds: unknown } | { orphans: unknown }>,
    error: string,
  ): Promise<number> {
    const lost = await this.#machine.lockRunning(tx, holder);
    for (const task of lost) {
      await this.#machine.failAttempt(tx, task, {
        outcome: 'lost',
        error,
        retryable: true,
        atOnce: true,
      });
    }
    return lost.length;
  }
}
