import type { Agent } from '@devart/plugin-devart-common';
import { scopeOf, type MemberCaller } from '../access/Caller';
import type { AgentsService } from '../agents/AgentsService';
import type { Database } from '../database/Database';
import type { TaskQueue } from '../tasks/TaskQueue';
import type { SessionStore } from './SessionStore';

/** What becomes of the tasks that a stopped agent is working on. */
export type RunningTasksPolicy = 'finish' | 'return' | 'cancel';

/** Starts and stops agents, with what that means for their tasks. */
export class AgentControl {
  readonly #database: Database;
  readonly #agents: AgentsService;
  readonly #sessions: SessionStore;
  readonly #queue: TaskQueue;

  constructor(options: {
    database: Database;
    agents: AgentsService;
    sessions: SessionStore;
    queue: TaskQueue;
  }) {
    this.#database = options.database;
    this.#agents = options.agents;
    this.#sessions = options.sessions;
    this.#queue = options.queue;
  }

  /** @throws NotFoundError */
  async setActivation(
    caller: MemberCaller,
    id: string,
    change: {
      active: boolean;
      runningTasks: RunningTasksPolicy;
      reason?: string;
    },
  ): Promise<Agent> {
    const { active, runningTasks, reason } = change;
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#agents.setActivationIn(tx, organizationId, id, {
        active,
        finishing: !active && runningTasks === 'finish',
        reason,
      });
      if (!active && runningTasks !== 'finish') {
        await this.#queue.release(
          tx,
          { agentId: id },
          {
            policy: runningTasks,
            reason: reason ?? 'the agent was deactivated',
          },
        );
        await tx.elevated(() => this.#sessions.endAll(tx, { agentId: id }));
      }
      return this.#agents.find(tx, organizationId, id);
    });
  }

  /** Removes an agent; what it was working on goes back. */
  async remove(caller: MemberCaller, id: string): Promise<void> {
    await this.#database.inScope(scopeOf(caller), async tx => {
      await this.#queue.release(
        tx,
        { agentId: id },
        { policy: 'return', reason: 'the agent was removed' },
      );
      await this.#agents.removeIn(tx, caller.organizationId, id);
    });
  }

  /** Stops all agents of the organisation, or lets them go on. */
  async setHalt(
    caller: MemberCaller,
    halt: { halted: boolean; reason: string },
  ) {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      await this.#agents.setHaltIn(tx, organizationId, halt);
      if (halt.halted) {
        await this.#queue.release(
          tx,
          { organizationId },
          {
            policy: 'return',
            reason: `all agents were stopped: ${halt.reason}`,
          },
        );
        await tx.elevated(() => this.#sessions.endAll(tx, { organizationId }));
      }
      return this.#agents.haltOf(tx, organizationId);
    });
  }

  /** Since when and why all agents are stopped; undefined when they are not. */
  async halt(caller: MemberCaller) {
    return this.#database.inScope(scopeOf(caller), tx =>
      this.#agents.haltOf(tx, caller.organizationId),
    );
  }
}
