import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import type { AgentCaller, MemberCaller } from '../access/Caller';
import type { Database } from '../database/Database';
import type { AttributionRow, AttributionStore } from './AttributionStore';
import type { Attribution } from './charges';

/** A task in whose name something is spent. */
export interface SpendingTask {
  taskId: string;
  /** The attempt on which the agent holds it. */
  attempt: number;
}

const GROUP = /^group:/i;

/** What a task belongs to. */
function taskPart(row: AttributionRow): Partial<Attribution> {
  return {
    taskId: row.task_id ?? undefined,
    runId: row.run_id ?? undefined,
    workflowId: row.workflow_id ?? undefined,
    entityRef: row.entity_ref ?? undefined,
  };
}

/**
 * Says on whose account something is spent, from what the control plane itself
 * knows: nobody names a team, a run or an entity of their choice.
 */
export class Attributor {
  readonly #database: Database;
  readonly #store: AttributionStore;

  constructor(options: { database: Database; store: AttributionStore }) {
    this.#database = options.database;
    this.#store = options.store;
  }

  /**
   * Of an agent: its own account, that of the group that owns it, and of the
   * task if it names one, with its run, workflow and entity.
   *
   * @throws ConflictError when it does not hold this attempt of the task.
   */
  async ofAgent(
    agent: AgentCaller,
    task: SpendingTask | undefined,
  ): Promise<Attribution> {
    const { actor, organizationId, agentId } = agent;
    const row = await this.#database.asSystem(actor, tx =>
      this.#store.ofAgent(tx, organizationId, agentId, task?.taskId),
    );
    if (!row) {
      throw new NotAllowedError('The agent is there no more');
    }
    if (task && row.attempt !== task.attempt) {
      throw new ConflictError(
        `attempt: the agent does not hold attempt ${task.attempt} of the task ${task.taskId}`,
      );
    }
    const owner = row.owner?.toLowerCase();
    return {
      actor,
      agentId,
      team: owner && GROUP.test(owner) ? owner : undefined,
      ...taskPart(row),
    };
  }

  /**
   * Of a person or service, who may name a task.
   *
   * @throws NotFoundError when there is no such task.
   */
  async ofMember(
    member: MemberCaller,
    taskId: string | undefined,
  ): Promise<Attribution> {
    const { actor, organizationId } = member;
    if (taskId === undefined) {
      return { actor };
    }
    const row = await this.#database.asSystem(actor, tx =>
      this.#store.ofTask(tx, organizationId, taskId),
    );
    if (!row) {
      throw new NotFoundError(`There is no task ${taskId}`);
    }
    return { actor, ...taskPart(row) };
  }
}
