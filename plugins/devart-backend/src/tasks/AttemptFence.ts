import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import type { Task } from '@devart/plugin-devart-common';
import type { AgentCaller } from '../access/Caller';
import type { Transaction } from '../database/Transaction';
import { toTask } from './TaskRow';
import type { TaskStore } from './TaskStore';

/** Finds tasks, and says why an agent may not speak for an attempt. */
export class AttemptFence {
  readonly #store: TaskStore;

  constructor(store: TaskStore) {
    this.#store = store;
  }

  /** @throws NotFoundError when the caller of the transaction sees no such task. */
  async find(
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

  /** The error for an agent that does not hold the attempt it speaks for. */
  async refusal(
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
}
