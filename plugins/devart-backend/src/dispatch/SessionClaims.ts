import type { ClaimedTask } from '@devart/plugin-devart-common';
import type { AgentCaller } from '../access/Caller';
import type { Database } from '../database/Database';
import type { ReadySet, ReadyStore } from '../tasks/ReadyStore';
import type { TaskQueue } from '../tasks/TaskQueue';
import type { ClaimResult, Claims } from './Claims';

/**
 * Claims for agents that were told of tasks rather than asking for any: over a
 * stream, or by a transport. A claim for a stream does not prolong the session: a
 * stream whose other end is dead must not keep alive what it holds.
 */
export class SessionClaims {
  readonly #claims: Claims;
  readonly #database: Database;
  readonly #queue: TaskQueue;
  readonly #ready: ReadyStore;

  constructor(options: {
    claims: Claims;
    database: Database;
    queue: TaskQueue;
    ready: ReadyStore;
  }) {
    this.#claims = options.claims;
    this.#database = options.database;
    this.#queue = options.queue;
    this.#ready = options.ready;
  }

  /**
   * Begins or prolongs the session of a stream.
   *
   * @throws ConflictError when it is the session of another agent.
   */
  async begin(agent: AgentCaller, sessionId: string): Promise<void> {
    await this.#claims.prolong(agent, sessionId);
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
  ): Promise<ClaimResult> {
    return this.#claims.claim({
      agent,
      sessionId: session.id,
      max: session.hold,
      hold: session.hold,
      prolongs: false,
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
  ): Promise<ClaimResult> {
    return this.#claims.claim({
      agent,
      sessionId,
      max: taskIds.length,
      taskIds,
      prolongs: true,
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
