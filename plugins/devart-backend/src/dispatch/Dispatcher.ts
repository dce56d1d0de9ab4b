import { stringifyError } from '@backstage/errors';
import type { ClaimedTask } from '@devart/plugin-devart-common';
import type { AgentCaller } from '../access/Caller';
import type { Database } from '../database/Database';
import type { TaskQueue } from '../tasks/TaskQueue';
import { statusOfError } from '../operations/statusOfError';
import type { ClaimResult, Claims } from './Claims';
import { foreignSession } from './foreignSession';
import type { QueueBell, Ring } from './QueueBell';
import type { SessionStore } from './SessionStore';

/** A waiting claim looks again after this long although nobody rang. */
const POLL_MS = 2000;

/** What an agent asks for when it claims. */
export interface Claim {
  max: number;
  waitSeconds: number;
  sessionId?: string;
  taskId?: string;
}

/** What an agent says when it shows that it is alive. */
export interface Heartbeat {
  sessionId?: string;
  running?: readonly { taskId: string; attempt: number }[];
  software?: string;
  closing: boolean;
}

/** How claims do on this replica. */
export interface ClaimHealth {
  /** When an agent last looked into the queue without an error, in milliseconds since 1970. */
  lastSuccessAt?: number;
  /** Since when every claim has failed, and how the last one did. */
  failing?: { since: number; error: string };
}

/** Hands out tasks to agents and keeps the leases under which they hold them. */
export class Dispatcher {
  readonly #claims: Claims;
  readonly #database: Database;
  readonly #queue: TaskQueue;
  readonly #sessions: SessionStore;
  readonly #bell: QueueBell;
  readonly #leaseSeconds: number;
  #health: ClaimHealth = {};

  constructor(options: {
    claims: Claims;
    database: Database;
    queue: TaskQueue;
    sessions: SessionStore;
    bell: QueueBell;
    leaseSeconds: number;
  }) {
    this.#claims = options.claims;
    this.#database = options.database;
    this.#queue = options.queue;
    this.#sessions = options.sessions;
    this.#bell = options.bell;
    this.#leaseSeconds = options.leaseSeconds;
  }

  /**
   * Claims tasks, waiting for one if asked to. Empty when there was none in
   * time, or when the caller has gone.
   *
   * @throws ConflictError when the session is another agent's.
   */
  async claim(
    agent: AgentCaller,
    claim: Claim,
    signal: AbortSignal,
  ): Promise<ClaimedTask[]> {
    const deadline = Date.now() + claim.waitSeconds * 1000;
    const self = {};
    /** Woke this claim, for a task that it has not got yet. */
    let ring: Ring | undefined;
    try {
      for (;;) {
        // Listening begins before looking: what comes in between is not missed.
        const rung = this.#nextRing(
          { who: self, capabilities: agent.capabilities },
          Math.min(POLL_MS, Math.max(0, deadline - Date.now())),
          signal,
        );
        try {
          if (signal.aborted) {
            return [];
          }
          const { tasks, full } = await this.#watched(() =>
            this.#claimNow(agent, claim),
          );
          if (signal.aborted) {
            await this.#takeBack(agent, tasks);
            return [];
          }
          if (tasks.length > 0) {
            ring = undefined;
            return tasks;
          }
          // Whoever has looked with room to spare, and can do what was rung for,
          // says with nothing that somebody else has it.
          ring = full ? this.#passOn(ring, self) : undefined;
          if (Date.now() >= deadline) {
            return [];
          }
          await rung.promise;
        } finally {
          rung.cancel();
          if (rung.ring) {
            this.#passOn(ring, self);
            ({ ring } = rung);
          }
        }
      }
    } finally {
      this.#passOn(ring, self);
    }
  }

  #passOn(ring: Ring | undefined, self: object): undefined {
    if (ring) {
      this.#bell.pass(ring, self);
    }
  }

  /** How claims do on this replica. */
  claimHealth(): ClaimHealth {
    return this.#health;
  }

  /** Notes whether a claim went well; that an agent may not claim is well, too. */
  async #watched<T>(claim: () => Promise<T>): Promise<T> {
    try {
      const result = await claim();
      this.#health = { lastSuccessAt: Date.now() };
      return result;
    } catch (error) {
      if (statusOfError(error) >= 500) {
        this.#health = {
          ...this.#health,
          failing: {
            since: this.#health.failing?.since ?? Date.now(),
            error: stringifyError(error),
          },
        };
      }
      throw error;
    }
  }

  async #claimNow(agent: AgentCaller, claim: Claim): Promise<ClaimResult> {
    return this.#claims.claim({
      agent,
      sessionId: claim.sessionId ?? agent.agentId,
      max: claim.max,
      taskIds: claim.taskId === undefined ? undefined : [claim.taskId],
      prolongs: true,
    });
  }

  /** Nobody is there any more to take the tasks that were just claimed. */
  async #takeBack(
    agent: AgentCaller,
    tasks: readonly ClaimedTask[],
  ): Promise<void> {
    if (tasks.length > 0) {
      await this.#database.asSystem(agent.actor, tx =>
        this.#queue.release(
          tx,
          { taskIds: tasks.map(({ id }) => id) },
          { policy: 'return', reason: 'the agent hung up while it claimed' },
        ),
      );
    }
  }

  /**
   * Prolongs the leases of a session, and compares what the agent believes to
   * hold with what it holds.
   *
   * @throws ConflictError when the session is another agent's.
   */
  async heartbeat(agent: AgentCaller, beat: Heartbeat) {
    const sessionId = beat.sessionId ?? agent.agentId;
    const dropped = await this.#database.asSystem(agent.actor, async tx => {
      const expiresAt = await this.#sessions.touch(tx, {
        id: sessionId,
        organizationId: agent.organizationId,
        agentId: agent.agentId,
        leaseSeconds: this.#leaseSeconds,
        software: beat.software,
      });
      if (!expiresAt) {
        throw foreignSession();
      }
      const gone = await this.#queue.notHeld(
        tx,
        agent.agentId,
        beat.running ?? [],
      );
      if (beat.closing) {
        await this.#queue.release(
          tx,
          { sessionIds: [sessionId] },
          { policy: 'return', reason: 'the agent was stopped' },
        );
        await this.#sessions.end(tx, [sessionId]);
      } else if (beat.running) {
        await this.#queue.releaseUnknown(
          tx,
          { id: sessionId, agentId: agent.agentId },
          {
            taskIds: beat.running.map(({ taskId }) => taskId),
            // The answer to a claim may still be on its way.
            afterSeconds: this.#leaseSeconds / 3,
          },
        );
      }
      return gone;
    });
    return {
      sessionId,
      intervalSeconds: this.#leaseSeconds / 3,
      leaseSeconds: this.#leaseSeconds,
      dropped,
    };
  }

  /** Puts attempts that an agent has not begun back into the queue. */
  async giveBack(
    agent: AgentCaller,
    attempts: readonly { taskId: string; attempt: number }[],
  ): Promise<void> {
    await this.#database.asSystem(agent.actor, tx =>
      this.#queue.giveBack(
        tx,
        agent.agentId,
        attempts,
        'the agent has not begun it',
      ),
    );
  }

  /** A promise of the next ring, the end of the call, or `ms` later; whoever asks cancels it. */
  #nextRing(
    listener: { who: object; capabilities: readonly string[] },
    ms: number,
    signal: AbortSignal,
  ) {
    let finish: () => void = () => {};
    const promise = new Promise<void>(resolve => {
      finish = resolve;
    });
    const timer = setTimeout(finish, ms);
    const rung: {
      promise: Promise<void>;
      /** The ring, if it was for one task alone. */
      ring?: Ring;
      cancel: () => void;
    } = { promise, cancel: finish };
    const unlisten = this.#bell.listen({
      ...listener,
      wake: ring => {
        rung.ring = ring;
        finish();
      },
    });
    rung.cancel = () => {
      clearTimeout(timer);
      unlisten();
      signal.removeEventListener('abort', finish);
      finish();
    };
    signal.addEventListener('abort', finish);
    return rung;
  }
}
