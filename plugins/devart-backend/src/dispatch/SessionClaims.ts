import { ConflictError, NotFoundError } from '@backstage/errors';
import type { ClaimedTask } from '@devart/plugin-devart-common';
import type { AgentCaller } from '../access/Caller';
import type { AgentsService } from '../agents/AgentsService';
import type { Database } from '../database/Database';
import type { ReadySet, ReadyStore } from '../tasks/ReadyStore';
import type { TaskQueue } from '../tasks/TaskQueue';
import type { SessionStore } from './SessionStore';

/** What a claim came to. */
export interface SessionClaim {
  tasks: ClaimedTask[];
  /** The session or the agent holds as much as it may. */
  full: boolean;
}

/**
 * Claims for agents that were told of tasks rather than asking for any: over a
 * stream, or by a transport. A claim for a stream does not prolong the session: a
 * stream whose other end is dead must not keep alive what it holds.
 */
export class SessionClaims {
  readonly #agents: AgentsService;
  readonly #database: Database;
  readonly #queue: TaskQueue;
  readonly #ready: ReadyStore;
  readonly #sessions: SessionStore;
  readonly #leaseSeconds: number;

  constructor(options: {
    agents: AgentsService;
    database: Database;
    queue: TaskQueue;
    ready: ReadyStore;
    sessions: SessionStore;
    leaseSeconds: number;
  }) {
    this.#agents = options.agents;
    this.#database = options.database;
    this.#queue = options.queue;
    this.#ready = options.ready;
    this.#sessions = options.sessions;
    this.#leaseSeconds = options.leaseSeconds;
  }

  /**
   * Begins or prolongs the session of a stream.
   *
   * @throws ConflictError when it is the session of another agent.
   */
  async begin(agent: AgentCaller, sessionId: string): Promise<void> {
    const expiresAt = await this.#database.asSystem(agent.actor, tx =>
      this.#sessions.touch(tx, {
        id: sessionId,
        organizationId: agent.organizationId,
        agentId: agent.agentId,
        leaseSeconds: this.#leaseSeconds,
      }),
    );
    if (!expiresAt) {
      throw foreignSession();
    }
  }

  /**
   * Claims as many tasks as the session may still hold.
   *
   * @throws NotAllowedError when the agent may not work.
   * @throws NotFoundError when the session has ended.
   */
  async claim(
    agent: AgentCaller,
    session: { id: string; hold: number },
  ): Promise<SessionClaim> {
    return this.#database.asSystem(agent.actor, async tx => {
      // Sent together, in this order: two replicas that count behind the lock
      // do not fill the same session twice.
      const [, expiresAt, held] = await Promise.all([
        this.#agents.checkMayWork(tx, agent.organizationId, agent.agentId),
        this.#sessions.lock(tx, { id: session.id, agentId: agent.agentId }),
        this.#ready.countHeld(tx, {
          agentId: agent.agentId,
          sessionId: session.id,
        }),
      ]);
      if (!expiresAt) {
        throw new NotFoundError(
          'The session has ended: it was not heard of in time, or has said goodbye',
        );
      }
      const room = Math.min(
        session.hold - held.session,
        agent.maxConcurrent - held.agent,
      );
      if (room <= 0) {
        return { tasks: [], full: true };
      }
      const claimed = await this.#queue.claim(tx, {
        organizationId: agent.organizationId,
        agentId: agent.agentId,
        agentName: agent.name,
        sessionId: session.id,
        capabilities: agent.capabilities,
        max: room,
        maxConcurrent: agent.maxConcurrent,
      });
      const leaseExpiresAt = expiresAt.toISOString();
      return {
        tasks: claimed.map(task => ({ ...task, leaseExpiresAt })),
        full: claimed.length >= room,
      };
    });
  }

  /**
   * Claims some tasks by their ids, as far as they are queued and the agent can
   * do them; `full` when it may hold no more, so that those that were not handed
   * out may still be queued. Prolongs the session.
   *
   * @throws NotAllowedError when the agent may not work.
   * @throws ConflictError when it is the session of another agent.
   */
  async claimThese(
    agent: AgentCaller,
    sessionId: string,
    taskIds: readonly string[],
  ): Promise<SessionClaim> {
    return this.#database.asSystem(agent.actor, async tx => {
      const [, expiresAt, held] = await Promise.all([
        this.#agents.checkMayWork(tx, agent.organizationId, agent.agentId),
        this.#sessions.keep(tx, {
          id: sessionId,
          organizationId: agent.organizationId,
          agentId: agent.agentId,
          leaseSeconds: this.#leaseSeconds,
        }),
        this.#ready.countHeld(tx, { agentId: agent.agentId, sessionId }),
      ]);
      if (!expiresAt) {
        throw foreignSession();
      }
      const room = agent.maxConcurrent - held.agent;
      const claims = await Promise.all(
        [...new Set(taskIds)].map(taskId =>
          this.#queue.claim(tx, {
            organizationId: agent.organizationId,
            agentId: agent.agentId,
            agentName: agent.name,
            sessionId,
            capabilities: agent.capabilities,
            max: 1,
            maxConcurrent: agent.maxConcurrent,
            taskId,
          }),
        ),
      );
      const leaseExpiresAt = expiresAt.toISOString();
      const tasks = claims.flat().map(task => ({ ...task, leaseExpiresAt }));
      return { tasks, full: tasks.length >= room };
    });
  }

  /** Puts back what a stream could not hand over. */
  async takeBack(
    agent: AgentCaller,
    tasks: readonly ClaimedTask[],
  ): Promise<void> {
    await this.#database.asSystem(agent.actor, tx =>
      this.#queue.giveBack(
        tx,
        agent.agentId,
        tasks.map(({ id, attempt }) => ({ taskId: id, attempt })),
        'the stream ended before the agent had it',
      ),
    );
  }

  /** The capability sets for which there is anything to hand out. */
  async readySets(): Promise<ReadySet[]> {
    return this.#database.asSystem('system:streams', tx =>
      this.#ready.sets(tx),
    );
  }
}

function foreignSession(): ConflictError {
  return new ConflictError(
    'sessionId: is the session of another agent; choose a new one',
  );
}
