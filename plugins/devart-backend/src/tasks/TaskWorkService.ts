import { InputError, NotFoundError } from '@backstage/errors';
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
import type { AttemptFence } from './AttemptFence';
import type { LeaseStore } from './LeaseStore';
import type { Refusal, ReportedEnd, TaskCompletions } from './TaskCompletions';
import type { TaskHistoryStore } from './TaskHistoryStore';
import type { TaskMachine } from './TaskMachine';
import type { ArtifactRow, TaskRecordStore } from './TaskRecordStore';
import type { LockedTask } from './TaskStore';

/** The most artifacts that one attempt may leave. */
const MAX_ARTIFACTS = 50;

/**
 * What agents say about the tasks that they hold. Everything is fenced by the
 * attempt: who does not hold it any more gets a conflict and changes nothing.
 */
export class TaskWorkService {
  readonly #database: Database;
  readonly #leases: LeaseStore;
  readonly #records: TaskRecordStore;
  readonly #history: TaskHistoryStore;
  readonly #machine: TaskMachine;
  readonly #completions: TaskCompletions;
  readonly #fence: AttemptFence;
  readonly #events: EventLog;

  constructor(options: {
    database: Database;
    leases: LeaseStore;
    records: TaskRecordStore;
    history: TaskHistoryStore;
    machine: TaskMachine;
    completions: TaskCompletions;
    fence: AttemptFence;
    events: EventLog;
  }) {
    this.#database = options.database;
    this.#leases = options.leases;
    this.#records = options.records;
    this.#history = options.history;
    this.#machine = options.machine;
    this.#completions = options.completions;
    this.#fence = options.fence;
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
    const [refusal] = await this.#completions.end(agent, [
      { ...end, taskId: id },
    ]);
    if (refusal) {
      throw refusal;
    }
    return this.#database.inScope(scopeOf(agent), tx =>
      this.#fence.find(tx, agent.organizationId, id),
    );
  }

  /** Ends several tasks at once, each for itself; answers for each why it was refused, if it was. */
  async completeMany(
    agent: AgentCaller,
    ends: readonly ReportedEnd[],
  ): Promise<Refusal[]> {
    return this.#completions.end(agent, ends);
  }

  /** Lets a task wait; the agent lets go of it. */
  async wait(
    agent: AgentCaller,
    id: string,
    attempt: number,
    wait: { waitingReason: WaitingReason; reason?: string },
  ): Promise<Task> {
    return this.#asHolder(agent, id, attempt, {
      again: async (tx, record) =>
        record?.outcome === 'waiting'
          ? this.#fence.find(tx, agent.organizationId, id)
          : undefined,
      work: async (tx, task) => {
        await this.#machine.transition(tx, task, {
          to: 'waiting',
          outcome: 'waiting',
          ...wait,
        });
        return this.#fence.find(tx, agent.organizationId, id);
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
        const task = await this.#fence.find(tx, agent.organizationId, id);
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
      if (!(await this.#leases.setProgress(tx, id, attempt, progress))) {
        throw await this.#fence.refusal(tx, agent, id, attempt);
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
    await this.#asReporter(agent, id, attempt, async tx => {
      const task = await this.#fence.find(tx, agent.organizationId, id);
      await this.#events.append(tx, [
        {
          organizationId: agent.organizationId,
          topic: 'task.solution-applied',
          subject: { kind: 'task', id, name: task.title },
          entityRef: task.entityRef,
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
      await this.#fence.find(tx, caller.organizationId, id);
      return this.#records.lines(tx, id, afterSeq, limit);
    });
  }

  async artifacts(caller: KnownCaller, id: string): Promise<ArtifactRow[]> {
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#fence.find(tx, caller.organizationId, id);
      return this.#records.artifacts(tx, id);
    });
  }

  /** @throws NotFoundError */
  async artifact(caller: KnownCaller, id: string, artifactId: string) {
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#fence.find(tx, caller.organizationId, id);
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
      if (await this.#holds(tx, agent, id, attempt)) {
        return tx.elevated(async () =>
          act.work(tx, await this.#machine.lock(tx, agent.organizationId, id)),
        );
      }
      return tx.elevated(async () => {
        const record = await this.#history.findAttempt(tx, id, attempt);
        const isOwn = record?.agent_id === agent.agentId;
        const answer = await act.again(tx, isOwn ? record : undefined);
        if (answer === undefined) {
          throw await this.#fence.refusal(tx, agent, id, attempt);
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
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.#database.inScope(scopeOf(agent), async tx => {
      if (!(await this.#holds(tx, agent, id, attempt))) {
        throw await this.#fence.refusal(tx, agent, id, attempt);
      }
      return work(tx);
    });
  }

  /** Locks the attempt. Under row-level security: an agent finds no lease that is of no concern to it. */
  async #holds(
    tx: Transaction,
    agent: AgentCaller,
    id: string,
    attempt: number,
  ): Promise<boolean> {
    const lease = await this.#leases.lock(tx, id);
    return lease?.attempt === attempt && lease.agent_id === agent.agentId;
  }
}
