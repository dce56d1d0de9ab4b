import { createHash } from 'node:crypto';
import { ConflictError, InputError, isError } from '@backstage/errors';
import {
  BOARD_COLUMNS,
  isFinalStatus,
  isLegalMove,
  LEGAL_MOVES,
  priorityRank,
  type BoardColumn,
  type Task,
  type TaskPriority,
  type TaskStatus,
  type TaskSummary,
  RESOURCE_TYPE_TASK,
  type WaitingReason,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { scopeOf, type KnownCaller, type MemberCaller } from '../access/Caller';
import type { ObjectAccess } from '../access/ObjectAccess';
import type { Database } from '../database/Database';
import type { Scope } from '../database/Scope';
import type { Transaction } from '../database/Transaction';
import type { EventLog } from '../outbox/EventLog';
import type { AttemptFence } from './AttemptFence';
import type { NewTask } from './NewTask';
import type { QueueStore } from './QueueStore';
import type { TaskHistoryStore } from './TaskHistoryStore';
import type { TaskMachine } from './TaskMachine';
import { toNewRow, toTask, toTaskSummary } from './TaskRow';
import type { LockedTask, TaskFilter, TaskStore } from './TaskStore';

/** Boards count a column up to this many tasks. */
const BOARD_COUNT_CAP = 10_000;

/** What a new task says. */
export interface TaskDescription {
  title: string;
  description: string;
  type: string;
  priority: TaskPriority;
  capabilities: readonly string[];
  entityRef?: string;
  input: Record<string, unknown>;
  maxAttempts: number;
  runAfter?: string;
  parentId?: string;
  idempotencyKey?: string;
  traceparent?: string;
  /** The step of a workflow's run that the task does. */
  run?: { id: string; stepId: string };
}

/** What narrows a list of tasks, in the words of the contract. */
export type TaskListFilter = Omit<TaskFilter, 'priority' | 'visible'> & {
  priority?: readonly TaskPriority[];
};

/** A move that a person asks for. */
export interface TaskMove {
  to: TaskStatus;
  reason?: string;
  waitingReason?: WaitingReason;
}

function storedFilter(filter: TaskListFilter): TaskFilter {
  return { ...filter, priority: filter.priority?.map(priorityRank) };
}

function hashOf(description: TaskDescription): Buffer {
  const { traceparent: _, idempotencyKey: __, ...content } = description;
  const sorted = Object.fromEntries(
    Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return createHash('sha256').update(JSON.stringify(sorted)).digest();
}

/** Tasks as people and services deal with them. */
export class TasksService {
  readonly #database: Database;
  readonly #access: ObjectAccess;
  readonly #store: TaskStore;
  readonly #queue: QueueStore;
  readonly #history: TaskHistoryStore;
  readonly #machine: TaskMachine;
  readonly #fence: AttemptFence;
  readonly #events: EventLog;
  #onCreated: (
    tx: Transaction,
    organizationId: string,
    tasks: readonly { id: string; type: string }[],
  ) => Promise<void> = async () => {};

  constructor(options: {
    database: Database;
    access: ObjectAccess;
    store: TaskStore;
    queue: QueueStore;
    history: TaskHistoryStore;
    machine: TaskMachine;
    fence: AttemptFence;
    events: EventLog;
  }) {
    this.#database = options.database;
    this.#access = options.access;
    this.#store = options.store;
    this.#queue = options.queue;
    this.#history = options.history;
    this.#machine = options.machine;
    this.#fence = options.fence;
    this.#events = options.events;
  }

  /** Says whom to tell of new tasks, as part of the transaction that makes them. */
  onCreated(
    listener: (
      tx: Transaction,
      organizationId: string,
      tasks: readonly { id: string; type: string }[],
    ) => Promise<void>,
  ): void {
    this.#onCreated = listener;
  }

  /**
   * Puts a task into the queue.
   *
   * @throws ConflictError when the idempotency key stands for another content.
   * @throws NotFoundError when the parent is not there.
   */
  async create(
    caller: KnownCaller,
    description: TaskDescription,
  ): Promise<Task> {
    const scope = scopeOf(caller);
    const { organizationId } = scope;
    const { id, row } = await this.#database.inScope(scope, async tx => {
      if (description.parentId) {
        await this.#fence.find(tx, organizationId, description.parentId);
      }
      const [task] = await this.#prepare(tx, organizationId, [description]);
      const made = await this.#insert(tx, organizationId, [task], {
        seals: true,
      });
      const createdAt = made.get(task.id);
      return createdAt
        ? { id: task.id, row: toNewRow(task, tx.actor, createdAt) }
        : { id: await this.#findRepeated(tx, organizationId, task) };
    });
    return row ? toTask(row) : this.get(caller, id);
  }

  /** Puts a task into the queue as part of a transaction; `created` is false when its key was used before. */
  async createIn(
    tx: Transaction,
    organizationId: string,
    description: TaskDescription,
  ): Promise<{ id: string; created: boolean }> {
    const [made] = await this.createManyIn(tx, organizationId, [description]);
    return made;
  }

  /**
   * Puts tasks into the queue as part of a transaction, in their order;
   * `created` is false where a key was used before.
   *
   * @throws ConflictError when an idempotency key stands for another content.
   */
  async createManyIn(
    tx: Transaction,
    organizationId: string,
    descriptions: readonly TaskDescription[],
  ): Promise<{ id: string; created: boolean }[]> {
    const tasks = await this.#prepare(tx, organizationId, descriptions);
    const made = await this.#insert(tx, organizationId, tasks);
    const answers = [];
    for (const task of tasks) {
      answers.push(
        made.has(task.id)
          ? { id: task.id, created: true }
          : {
              id: await this.#findRepeated(tx, organizationId, task),
              created: false,
            },
      );
    }
    return answers;
  }

  async #prepare(
    tx: Transaction,
    organizationId: string,
    descriptions: readonly TaskDescription[],
  ): Promise<NewTask[]> {
    const tasks: NewTask[] = [];
    for (const description of descriptions) {
      tasks.push({
        ...description,
        id: uuidv7(),
        organizationId,
        priority: priorityRank(description.priority),
        capabilitySetId: await this.#store.internCapabilities(
          tx,
          organizationId,
          description.capabilities,
        ),
        requestHash:
          description.idempotencyKey === undefined
            ? undefined
            : hashOf(description),
      });
    }
    return tasks;
  }

  /**
   * Sends all that makes the tasks at once; answers when each was made.
   *
   * @param options - `seals`: nothing else follows in the transaction, unless keys were used before
   */
  async #insert(
    tx: Transaction,
    organizationId: string,
    tasks: readonly NewTask[],
    options?: { seals: boolean },
  ): Promise<ReadonlyMap<string, Date>> {
    const ids = tasks.map(({ id }) => id);
    this.#machine.announceQueued(tx, {
      ids,
      needs: tasks
        .filter(({ runAfter }) => runAfter === undefined)
        .map(({ capabilities }) => capabilities),
    });
    this.#events.announce(tx);
    const inserted = Promise.all([
      this.#store.insert(tx, organizationId, tasks),
      // Those that are not made have no row, and so get no place.
      this.#queue.enqueue(tx, ids),
    ]);
    if (tasks.some(({ idempotencyKey }) => idempotencyKey !== undefined)) {
      const [made] = await inserted;
      const isNew = tasks.filter(({ id }) => made.has(id));
      await this.#onCreated(tx, organizationId, isNew);
      return made;
    }
    // All of them are made, and nothing but the database can speak against it:
    // what follows need not wait for the answers.
    const followed = this.#onCreated(tx, organizationId, tasks).then(() => {
      if (options?.seals) {
        tx.seal();
      }
    });
    const [[made]] = await Promise.all([inserted, followed]);
    return made;
  }

  /** @throws ConflictError when the key stands for another content. */
  async #findRepeated(
    tx: Transaction,
    organizationId: string,
    task: { idempotencyKey?: string; requestHash?: Buffer },
  ): Promise<string> {
    const known = await this.#store.findByIdempotencyKey(
      tx,
      organizationId,
      task.idempotencyKey!,
    );
    if (!known || !known.request_hash.equals(task.requestHash!)) {
      throw new ConflictError(
        'idempotencyKey: another task was created under this key; use the key only for the same content',
      );
    }
    return known.id;
  }

  /**
   * Creates a task that follows from another one and inherits what is not set.
   * An agent does so only while it holds the attempt.
   *
   * @throws ConflictError when an agent does not hold the attempt.
   */
  async createSuccessor(
    caller: KnownCaller,
    parentId: string,
    description: Omit<TaskDescription, 'priority'> & {
      priority?: TaskPriority;
    },
    attempt?: number,
  ): Promise<Task> {
    if (caller.kind === 'agent' && attempt === undefined) {
      throw new InputError(
        'attempt: needed from agents; the attempt on which the task is held',
      );
    }
    const scope = scopeOf(caller);
    return this.#database.inScope(scope, async tx => {
      const parent = await this.#fence.find(tx, scope.organizationId, parentId);
      if (
        caller.kind === 'agent' &&
        (parent.status !== 'running' ||
          parent.attempt !== attempt ||
          parent.agent?.id !== caller.agentId)
      ) {
        throw new ConflictError(
          `attempt: attempt ${attempt} of the task is not held by this agent any more`,
        );
      }
      const { id } = await this.createIn(tx, scope.organizationId, {
        ...description,
        parentId,
        priority: description.priority ?? parent.priority,
        entityRef: description.entityRef ?? parent.entityRef,
      });
      return this.#fence.find(tx, scope.organizationId, id);
    });
  }

  /** Tasks newest first. */
  async list(
    caller: KnownCaller,
    filter: TaskListFilter & { beforeId?: string; limit: number },
  ): Promise<TaskSummary[]> {
    const scope = scopeOf(caller);
    const { beforeId, limit, ...rest } = filter;
    const visible = await this.#visible(caller);
    const rows = await this.#database.inScope(scope, tx =>
      this.#store.list(tx, scope.organizationId, {
        ...storedFilter(rest),
        visible,
        beforeId,
        limit,
      }),
    );
    return rows.map(toTaskSummary);
  }

  /** The first tasks of every column, with the number of all. */
  async board(
    caller: MemberCaller,
    filter: TaskListFilter & { limit: number },
  ): Promise<
    Record<
      BoardColumn,
      { total: number; capped: boolean; items: TaskSummary[] }
    >
  > {
    const { limit, ...rest } = filter;
    const visible = await this.#visible(caller);
    const stored = { ...storedFilter(rest), visible };
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const columnOf = async (status: readonly TaskStatus[]) => {
        const rows = await this.#store.list(tx, organizationId, {
          ...stored,
          status,
          limit,
        });
        const counted =
          rows.length > limit
            ? await this.#store.count(
                tx,
                organizationId,
                { ...stored, status },
                BOARD_COUNT_CAP,
              )
            : rows.length;
        return {
          total: Math.min(counted, BOARD_COUNT_CAP),
          capped: counted > BOARD_COUNT_CAP,
          items: rows.slice(0, limit).map(toTaskSummary),
        };
      };
      const columns = Object.entries(BOARD_COLUMNS).map(
        async ([column, status]) => [column, await columnOf(status)],
      );
      return Object.fromEntries(await Promise.all(columns));
    });
  }

  /** @throws NotFoundError */
  async get(caller: KnownCaller, id: string): Promise<Task> {
    const scope = scopeOf(caller);
    return this.#database.inScope(scope, tx =>
      this.#fence.find(tx, scope.organizationId, id),
    );
  }

  /**
   * Changes what a task says.
   *
   * @throws ConflictError when it has moved on since `ifVersion`, or has come
   * too far for the change.
   */
  async update(
    caller: MemberCaller,
    id: string,
    change: {
      title?: string;
      description?: string;
      priority?: TaskPriority;
      capabilities?: readonly string[];
      entityRef?: string | null;
      maxAttempts?: number;
      runAfter?: string | null;
    },
    ifVersion?: number,
  ): Promise<Task> {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const task = await this.#machine.lock(tx, organizationId, id);
      if (ifVersion !== undefined && ifVersion !== task.version) {
        throw new ConflictError(
          `ifVersion: the task has changed since version ${ifVersion}; it is at version ${task.version}`,
        );
      }
      const early = (
        ['capabilities', 'runAfter', 'maxAttempts'] as const
      ).filter(field => change[field] !== undefined);
      const isEarly = task.status === 'queued' || task.status === 'waiting';
      if (early.length > 0 && !isEarly) {
        throw new ConflictError(
          `${early.join(', ')}: can be changed while the task is queued or waiting; it is ${task.status}`,
        );
      }
      const capabilitySetId =
        change.capabilities &&
        (await this.#store.internCapabilities(
          tx,
          organizationId,
          change.capabilities,
        ));
      const priority =
        change.priority === undefined
          ? undefined
          : priorityRank(change.priority);
      await this.#store.update(tx, id, {
        ...change,
        priority,
        capabilitySetId,
      });
      const moves =
        priority !== undefined ||
        capabilitySetId !== undefined ||
        change.runAfter !== undefined;
      if (task.status === 'queued' && moves) {
        await this.#queue.remove(tx, id);
        await this.#queue.enqueue(tx, [id]);
        this.#machine.announceQueued(tx, { ids: [id] });
      }
      await this.#announce(tx, task, 'task.updated');
      return this.#fence.find(tx, organizationId, id);
    });
  }

  /** @throws ConflictError when the task is running. */
  async delete(caller: MemberCaller, id: string): Promise<void> {
    await this.#database.inScope(scopeOf(caller), async tx => {
      const task = await this.#machine.lock(tx, caller.organizationId, id);
      if (task.status === 'running') {
        throw new ConflictError(
          'The task is running; cancel it before you delete it',
        );
      }
      await this.#machine.leftWaiting(tx, task, 'the task was deleted');
      await this.#announce(tx, task, 'task.deleted');
      await this.#store.delete(tx, id);
      await this.#queue.remove(tx, id);
      await tx.elevated(() => this.#history.removeOf(tx, id));
    });
  }

  /**
   * Moves a task as a person may. Moving it where it is already changes nothing.
   *
   * @throws ConflictError when the move is not legal, saying which are.
   */
  async move(caller: MemberCaller, id: string, move: TaskMove): Promise<Task> {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const task = await this.#machine.lock(tx, organizationId, id);
      if (task.status !== move.to) {
        this.#checkMove(task.status, move.to);
        await this.#machine.transition(tx, task, {
          to: move.to,
          reason: move.reason,
          waitingReason: move.waitingReason ?? 'input',
          outcome: 'cancelled',
          failures: isFinalStatus(task.status) ? 0 : task.failures,
          availableAt:
            task.status === 'waiting' && task.run_after
              ? task.run_after
              : undefined,
        });
      }
      return this.#fence.find(tx, organizationId, id);
    });
  }

  /** Cancels a task as part of a transaction of the control plane, if it has not ended. */
  async cancelIn(
    tx: Transaction,
    organizationId: string,
    id: string,
    reason: string,
  ): Promise<boolean> {
    const task = await this.#machine.lock(tx, organizationId, id);
    if (isFinalStatus(task.status)) {
      return false;
    }
    await this.#machine.transition(tx, task, {
      to: 'cancelled',
      outcome: 'cancelled',
      reason,
    });
    return true;
  }

  /** Locks a task, if it is there, until the transaction ends. */
  async lockIn(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<void> {
    try {
      await this.#machine.lock(tx, organizationId, id);
    } catch (error) {
      if (!isError(error) || error.name !== 'NotFoundError') {
        throw error;
      }
    }
  }

  /** Ends the waiting of a task as part of a transaction of the control plane, if it waits. */
  async releaseIn(
    tx: Transaction,
    organizationId: string,
    id: string,
    release: { to: 'queued' | 'rejected' | 'cancelled'; reason: string },
  ): Promise<boolean> {
    const task = await this.#machine.lock(tx, organizationId, id);
    if (task.status !== 'waiting') {
      return false;
    }
    await this.#machine.transition(tx, task, release);
    return true;
  }

  /**
   * Queues a task again that has ended.
   *
   * @throws ConflictError when it has not, or has succeeded.
   */
  async requeue(
    caller: MemberCaller,
    id: string,
    reason?: string,
  ): Promise<Task> {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const task = await this.#machine.lock(tx, organizationId, id);
      if (!isFinalStatus(task.status)) {
        throw new ConflictError(
          `The task is ${task.status}; only a task that has ended can be queued again`,
        );
      }
      this.#checkMove(task.status, 'queued');
      await this.#machine.transition(tx, task, {
        to: 'queued',
        reason,
        failures: 0,
      });
      return this.#fence.find(tx, organizationId, id);
    });
  }

  /** Every transition and every attempt, oldest first. */
  async history(caller: KnownCaller, id: string) {
    const scope = scopeOf(caller);
    return this.#database.inScope(scope, async tx => {
      await this.#fence.find(tx, scope.organizationId, id);
      return {
        transitions: await this.#history.transitions(tx, id),
        attempts: await this.#history.attempts(tx, id),
      };
    });
  }

  /** The family of a task, nearest first; one more than `limit`. */
  async lineage(caller: KnownCaller, id: string, limit: number) {
    const scope = scopeOf(caller);
    const visible = await this.#visible(caller);
    return this.#database.inScope(scope, async tx => {
      await this.#fence.find(tx, scope.organizationId, id);
      return this.#store.lineage(tx, scope.organizationId, id, {
        visible,
        limit,
      });
    });
  }

  /** How the attempts of an agent ended in the last days. */
  async agentPerformance(scope: Scope, agentId: string, days: number) {
    return this.#database.inScope(scope, tx =>
      this.#history.performance(tx, agentId, days),
    );
  }

  #visible(caller: KnownCaller) {
    return this.#access.visible(caller, RESOURCE_TYPE_TASK, 't');
  }

  #checkMove(from: TaskStatus, to: TaskStatus): void {
    if (!isLegalMove(from, to)) {
      const legal = LEGAL_MOVES[from];
      throw new ConflictError(
        `A task that is ${from} cannot be moved to ${to}; ${
          legal.length > 0
            ? `it can be moved to ${legal.join(' or ')}`
            : 'it cannot be moved by people'
        }`,
      );
    }
  }

  async #announce(
    tx: Transaction,
    task: LockedTask,
    topic: string,
  ): Promise<void> {
    await this.#events.append(tx, [
      {
        organizationId: task.organization_id,
        topic,
        subject: { kind: 'task', id: task.id, name: task.title },
        entityRef: task.entity_ref ?? undefined,
      },
    ]);
  }
}
