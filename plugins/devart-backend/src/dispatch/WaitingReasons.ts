import type { Task } from '@devart/plugin-devart-common';
import { scopeOf, type KnownCaller } from '../access/Caller';
import type { AgentsService } from '../agents/AgentsService';
import type { Database } from '../database/Database';
import type { TaskQueue } from '../tasks/TaskQueue';

const WAITS_FOR: Record<string, string> = {
  approval: 'Waits until somebody approves it',
  budget: 'Waits for budget',
  input: 'Held until somebody lets it go on',
  dependency: 'Waits for another task',
};

function quoted(capabilities: readonly string[]): string {
  return capabilities.map(capability => `“${capability}”`).join(', ');
}

/** Says why nobody works on a task. */
export class WaitingReasons {
  readonly #database: Database;
  readonly #agents: AgentsService;
  readonly #queue: TaskQueue;

  constructor(options: {
    database: Database;
    agents: AgentsService;
    queue: TaskQueue;
  }) {
    this.#database = options.database;
    this.#agents = options.agents;
    this.#queue = options.queue;
  }

  /** The cause, or undefined when the task is running or has ended. */
  async explain(caller: KnownCaller, task: Task): Promise<Task['waiting']> {
    if (task.status === 'waiting') {
      const reason = task.waitingReason ?? 'input';
      return { reason, message: WAITS_FOR[reason] };
    }
    if (task.status !== 'queued' || caller.kind === 'agent') {
      return undefined;
    }
    return this.#database.inScope(scopeOf(caller), async tx => {
      const place = await this.#queue.placeOf(tx, task.id);
      if (place && !place.ready) {
        const at = place.availableAt.toISOString();
        return {
          reason: 'scheduled' as const,
          message:
            task.attempt > 0
              ? `Will be tried again at ${at}`
              : `Is due at ${at}`,
        };
      }
      const { organizationId } = caller;
      const halt = await this.#agents.haltOf(tx, organizationId);
      if (halt) {
        return {
          reason: 'agents-halted' as const,
          message: `All agents are stopped: ${halt.reason}`,
        };
      }
      const limit = await this.#queue.exhausted(
        tx,
        organizationId,
        task.capabilities,
      );
      if (limit) {
        return {
          reason: 'capacity' as const,
          message:
            limit.most === 0
              ? `No task that needs ${quoted([limit.capability])} may run`
              : `${limit.most === 1 ? 'The only place' : `All ${limit.most} places`} for ${quoted([limit.capability])} ${limit.most === 1 ? 'is' : 'are'} taken`,
        };
      }
      const capable = await this.#agents.countCapable(
        tx,
        organizationId,
        task.capabilities,
      );
      const { idle = 0, busy = 0, offline = 0 } = capable;
      if (idle + busy > 0) {
        return {
          reason: 'agents-busy' as const,
          message:
            idle > 0
              ? 'An agent will take it in a moment'
              : `All ${busy} agents that can do it are busy`,
        };
      }
      if (offline > 0) {
        return {
          reason: 'agents-offline' as const,
          message: `${offline === 1 ? 'The only agent that can do it is' : `All ${offline} agents that can do it are`} offline`,
        };
      }
      const missing = await this.#agents.missingCapabilities(
        tx,
        organizationId,
        task.capabilities,
      );
      return {
        reason: 'no-agent' as const,
        message:
          missing.length > 0
            ? `No active agent has ${quoted(missing)}`
            : `No active agent has all of ${quoted(task.capabilities) || 'what it needs'}`,
      };
    });
  }
}
