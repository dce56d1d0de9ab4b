import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import {
  MAX_ARTIFACT_BYTES,
  type LogLine,
  type Task,
  type TaskStatus,
  type WaitingReason,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { scopeOf, type AgentCaller, type KnownCaller } from '../access/Caller';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import type { EventLog } from '../outbox/EventLog';
import type { TaskHistoryStore } from './TaskHistoryStore';
import type { TaskMachine } from './TaskMachine';
import type { ArtifactRow, TaskRecordStore } from './TaskRecordStore';
import { toTask } from './TaskRow';
import type { LockedTask, TaskStore } from './TaskStore';
import type { TaskTypes } from './TaskTypes';

/** The most artifacts that one attempt may leave. */
const MAX_ARTIFACTS = 50;

/**
 * What agents say about the tasks that they hold. Everything is fenced by the
 * attempt: who does not hold it any more gets a conflict and changes nothing.
 */
export class TaskWorkService {
  readonly #database: Database;
  readonly #store: TaskStore;
  readonly #records: TaskRecordStore;
  readonly #history: TaskHistoryStore;
  readonly #machine: TaskMachine;
  readonly #types: TaskTypes;
  readonly #events: EventLog;

  constructor(options: {
    database: Database;
    store: TaskStore;
    records: TaskRecordStore;
    history: TaskHistoryStore;
    machine: TaskMachine;
    types: TaskTypes;
    events: EventLog;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#records = options.records;
    this.#history = options.history;
    this.#machine = options.machine;
    this.#types = options.types;
    this.#events = options.events;
  }

  /**
   * Ends a task as succeeded or failed. Saying it again is answered like the
   * first time.
   *
   * @throws ConflictError when the agent does not hold the attempt any more.
   * @throws InvalidInputError when the output is not what the task's type demands.
   */
  async complete(
    agent: AgentCaller,
    id: string,
    end: {
      attempt: number;
      status: 'succeeded' | 'failed';
      output: Record<string, unknown>;
      reason?: string;
    },
  ): Promise<Task> {
    const { attempt, status, reason } = end;
    return this.#asHolder(agent, id, attempt, {
      again: async (tx, record) => {
        if (record?.outcome === status) {
          return this.#find(tx, agent.organizationId, id);
        }
        return undefined;
      },
      work: async (tx, task) => {
        const output =
          status === 'succeeded'
            ? this.#types.checkOutput(task.type, end.output)
            : end.output;
        await this.#machine.transition(tx, task, {
          to: status,
          outcome: status,
          output,
          reason,
        });
        if (status === 'succeeded') {
          await this.#types.succeeded(
            tx,
            {
              id: task.id,
              organizationId: task.organization_id,
              type: task.type,
            },
            output,
          );
        }
        return this.#find(tx, agent.organizationId, id);
      },
    });
  }

  /** Lets a task wait; the agent lets go of it. */
  async wait(
    agent: AgentCaller,
    id: string,
    attempt: number,
    wait: {
      waitingReason: WaitingReason;
      reason?: string;
      /** Done in the same transaction, with the rights of the control plane. */
      also?: (tx: Transaction, task: LockedTask) => Promise<void>;
    },
  ): Promise<Task> {
    const { also, ...transition } = wait;
    return this.#asHolder(agent, id, attempt, {
      again: async (tx, record) =>
        record?.outcome === 'waiting'
          ? this.#find(tx, agent.organizationId, id)
          : undefined,
      work: async (tx, task) => {
        await this.#machine.transition(tx, task, {
          to: 'waiting',
          outcome: 'waiting',
          ...transition,
        });
        await also?.(tx, task);
        return this.#find(tx, agent.organizationId, id);
      },
    });
  }

  /** Ends an attempt that failed; answers what becomes of the task. */
  async reportFailure(
    agent: AgentCaller,
    id: string,
    failure: { attempt: number; error: string; retryable: boolean },
  ): Promise<{ status: TaskStatus; retryAt?: Date }> {
    return this.#asHolder(agent, id, failure.attempt, {
      again: async (tx, record) => {
        if (record?.outcome !== 'failed') {
          return undefined;
        }
        const task = await this.#find(tx, agent.organizationId, id);
        return {
          status: task.status,
          retryAt: task.runAfter ? new Date(task.runAfter) : undefined,
        };
      },
      work: (tx, task) =>
        this.#machine.failAttempt(tx, task, {
          outcome: 'failed',
          error: failure.error,
          retryable: failure.retryable,
        }),
    });
  }

  async reportProgress(
    agent: AgentCaller,
    id: string,
    attempt: number,
    progress: { percent: number; message?: string },
  ): Promise<void> {
    await this.#database.inScope(scopeOf(agent), async tx => {
      const task = await this.#store.setProgress(tx, id, attempt, progress);
      if (!task) {
        throw await this.#refusal(tx, agent, id, attempt);
      }
      // A hint for whoever looks at the task; no line in the feed.
      tx.afterCommit(() => this.#onProgress(id));
    });
  }

  #onProgress: (taskId: string) => void = () => {};

  /** Says whom to tell about progress and log lines, which leave no event. */
  onProgress(listener: (taskId: string) => void): void {
    this.#onProgress = listener;
  }

  async appendLogs(
    agent: AgentCaller,
    id: string,
    batch: {
      attempt: number;
      batch: string;
      lines: readonly { at: string; level: string; message: string }[];
    },
  ): Promise<void> {
    await this.#asReporter(agent, id, batch.attempt, async tx => {
      const added = await this.#records.appendLines(tx, {
        id: batch.batch,
        organizationId: agent.organizationId,
        taskId: id,
        attempt: batch.attempt,
        lines: batch.lines,
      });
      if (added) {
        tx.afterCommit(() => this.#onProgress(id));
      }
    });
  }

  /** @throws InputError when the content is too large or there are too many. */
  async addArtifact(
    agent: AgentCaller,
    id: string,
    artifact: {
      attempt: number;
      name: string;
      mediaType: string;
      contentBase64: string;
    },
  ): Promise<ArtifactRow> {
    const content = Buffer.from(artifact.contentBase64, 'base64');
    if (content.length > MAX_ARTIFACT_BYTES) {
      throw new InputError(
        `contentBase64: at most ${MAX_ARTIFACT_BYTES} bytes; these are ${content.length}`,
      );
    }
    return this.#asReporter(agent, id, artifact.attempt, async tx => {
      const count = await this.#records.countArtifacts(
        tx,
        id,
        artifact.attempt,
      );
      if (count >= MAX_ARTIFACTS) {
        throw new InputError(
          `An attempt may leave at most ${MAX_ARTIFACTS} artifacts`,
        );
      }
      const row = await this.#records.putArtifact(tx, {
        id: uuidv7(),
        organizationId: agent.organizationId,
        taskId: id,
        attempt: artifact.attempt,
        name: artifact.name,
        mediaType: artifact.mediaType,
        content,
      });
      tx.afterCommit(() => this.#onProgress(id));
      return row;
    });
  }

  /** Leaves in the history that a known solution was applied. */
  async recordSolution(
    agent: AgentCaller,
    id: string,
    attempt: number,
    solution: string,
  ): Promise<void> {
    await this.#asReporter(agent, id, attempt, async (tx, task) => {
      await this.#events.append(tx, [
        {
          organizationId: agent.organizationId,
          topic: 'task.solution-applied',
          subject: { kind: 'task', id, name: task.title },
          entityRef: task.entity_ref ?? undefined,
          detail: solution,
        },
      ]);
    });
  }

  /** Log lines after a given one; one more than `limit`. */
  async lines(
    caller: KnownCaller,
    id: string,
    afterSeq: number,
    limit: number,
  ): Promise<LogLine[]> {
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#find(tx, caller.organizationId, id);
      return this.#records.lines(tx, id, afterSeq, limit);
    });
  }

  async artifacts(caller: KnownCaller, id: string): Promise<ArtifactRow[]> {
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#find(tx, caller.organizationId, id);
      return this.#records.artifacts(tx, id);
    });
  }

  /** @throws NotFoundError */
  async artifact(caller: KnownCaller, id: string, artifactId: string) {
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#find(tx, caller.organizationId, id);
      const row = await this.#records.artifact(tx, id, artifactId);
      if (!row) {
        throw new NotFoundError(`The task has no artifact ${artifactId}`);
      }
      return row;
    });
  }

  /**
   * Checks that an agent holds an attempt.
   *
   * @throws ConflictError, NotAllowedError, NotFoundError when it does not.
   */
  async checkHolds(
    agent: AgentCaller,
    id: string,
    attempt: number,
  ): Promise<void> {
    await this.#asReporter(agent, id, attempt, async () => undefined);
  }

  /** Something that ends the attempt, or the answer to having said so before. */
  async #asHolder<T>(
    agent: AgentCaller,
    id: string,
    attempt: number,
    act: {
      work: (tx: Transaction, task: LockedTask) => Promise<T>;
      again: (
        tx: Transaction,
        record: { outcome: string | null } | undefined,
      ) => Promise<T | undefined>;
    },
  ): Promise<T> {
    return this.#database.inScope(scopeOf(agent), async tx => {
      // Under row-level security: an agent finds no task that is not its own.
      const task = await this.#store.lock(tx, agent.organizationId, id);
      const holds =
        task?.status === 'running' &&
        task.attempt === attempt &&
        task.agent_id === agent.agentId;
      if (holds) {
        return tx.elevated(() => act.work(tx, task));
      }
      return tx.elevated(async () => {
        const record = await this.#history.findAttempt(tx, id, attempt);
        const isOwn = record?.agent_id === agent.agentId;
        const answer = await act.again(tx, isOwn ? record : undefined);
        if (answer === undefined) {
          throw await this.#refusal(tx, agent, id, attempt);
        }
        return answer;
      });
    });
  }

  /** Something that leaves the attempt running, with the rights of the agent. */
  async #asReporter<T>(
    agent: AgentCaller,
    id: string,
    attempt: number,
    work: (tx: Transaction, task: LockedTask) => Promise<T>,
  ): Promise<T> {
    return this.#database.inScope(scopeOf(agent), async tx => {
      const task = await this.#store.lock(tx, agent.organizationId, id);
      if (
        task?.status !== 'running' ||
        task.attempt !== attempt ||
        task.agent_id !== agent.agentId
      ) {
        throw await this.#refusal(tx, agent, id, attempt);
      }
      return work(tx, task);
    });
  }

  /** Why an agent may not speak for an attempt. */
  async #refusal(
    tx: Transaction,
    agent: AgentCaller,
    id: string,
    attempt: number,
  ): Promise<Error> {
    return tx.elevated(async () => {
      const row = await this.#store.find(tx, agent.organizationId, id);
      if (!row) {
        return new NotFoundError(`There is no task ${id}`);
      }
      if (
        row.agent_id !== agent.agentId &&
        !(await this.#store.wasHeldBy(tx, id, agent.agentId))
      ) {
        return new NotAllowedError('The task is not held by this agent');
      }
      return new ConflictError(
        `attempt: attempt ${attempt} is not running any more; the task is ${row.status} at attempt ${row.attempt}`,
      );
    });
  }

  async #find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<Task> {
    const row = await this.#store.find(tx, organizationId, id);
    if (!row) {
      throw new NotFoundError(`There is no task ${id}`);
    }
    return toTask(row);
  }
}
