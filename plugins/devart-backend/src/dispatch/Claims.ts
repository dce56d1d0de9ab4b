import { NotAllowedError, NotFoundError } from '@backstage/errors';
import type { ClaimedTask, TaskPriority } from '@devart/plugin-devart-common';
import type { AgentCaller } from '../access/Caller';
import { refusalMessage } from '../agents/refusalMessage';
import type { Database } from '../database/Database';
import type { SharedTransactions } from '../database/SharedTransactions';
import type { Transaction } from '../database/Transaction';
import type { TaskMachine } from '../tasks/TaskMachine';
import type { TaskQueue } from '../tasks/TaskQueue';
import { priorityOfRank } from '../tasks/TaskRow';
import type { TaskTypes } from '../tasks/TaskTypes';
import type {
  Claimant,
  ClaimedRow,
  ClaimGroup,
  ClaimStore,
} from './ClaimStore';
import { foreignSession } from './foreignSession';
import type { SessionStore } from './SessionStore';

/** Claims for more tasks than this do not wait for others, nor let others wait. */
const SMALL_CLAIM = 10;

/** Claims that share a statement, which compares each of them with each task. */
const MAX_TOGETHER = 50;

/** What is claimed for a session. */
export interface ClaimRequest {
  agent: AgentCaller;
  sessionId: string;
  max: number;
  /** The most that the session may hold; as much as the agent unless given. */
  hold?: number;
  /** Only these tasks, as far as they are queued. */
  taskIds?: readonly string[];
  /** Whether the claim begins or prolongs the session; else it must be there. */
  prolongs: boolean;
}

/** What a claim came to. */
export interface ClaimResult {
  tasks: ClaimedTask[];
  /** The session or the agent holds as much as it may. */
  full: boolean;
}

/** A claimed task as those see it who watch the queue. */
export interface TakenTask {
  priority: TaskPriority;
  /** From the moment it could be claimed until it was. */
  waitedSeconds: number;
}

type Answer =
  | ClaimResult
  | { error: Error }
  /** The session is not there, not the agent's, or ends too soon. */
  | 'no-session';

/** Claims of agents that can do the same, and the requests that they stand for. */
interface Group extends ClaimGroup {
  claimants: Claimant[];
  requests: ClaimRequest[];
}

/**
 * Claims of all agents of this replica. Those of the same moment share a
 * transaction, those of agents that can do the same a statement.
 */
export class Claims {
  readonly #database: Database;
  readonly #store: ClaimStore;
  readonly #queue: TaskQueue;
  readonly #machine: TaskMachine;
  readonly #types: TaskTypes;
  readonly #sessions: SessionStore;
  readonly #leaseSeconds: number;
  readonly #share: (requests: readonly ClaimRequest[]) => Promise<Answer[]>;
  #onClaimed: (tasks: readonly TakenTask[]) => void = () => {};

  constructor(options: {
    database: Database;
    shared: SharedTransactions;
    store: ClaimStore;
    queue: TaskQueue;
    machine: TaskMachine;
    types: TaskTypes;
    sessions: SessionStore;
    leaseSeconds: number;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#queue = options.queue;
    this.#machine = options.machine;
    this.#types = options.types;
    this.#sessions = options.sessions;
    this.#leaseSeconds = options.leaseSeconds;
    this.#share = options.shared.add({
      lock: (tx, requests) => this.#lock(tx, requests),
      run: (tx, requests) => this.#claimIn(tx, requests),
    });
  }

  /** Says whom to tell of claimed tasks. */
  onClaimed(listener: (tasks: readonly TakenTask[]) => void): void {
    this.#onClaimed = listener;
  }

  /**
   * Claims what is queued, at once.
   *
   * @throws NotAllowedError when the agent may not work.
   * @throws ConflictError when the session is another agent's.
   * @throws NotFoundError when the session was to be there and has ended.
   */
  async claim(request: ClaimRequest): Promise<ClaimResult> {
    let answer = await this.#claimNow(request);
    if (answer === 'no-session' && request.prolongs) {
      await this.prolong(request.agent, request.sessionId);
      answer = await this.#claimNow(request);
    }
    if (answer === 'no-session') {
      throw new NotFoundError(
        'The session has ended: it was not heard of in time, or has said goodbye',
      );
    }
    if ('error' in answer) {
      throw answer.error;
    }
    return answer;
  }

  /**
   * Begins or prolongs a session. Claims do so only when less than two thirds of
   * its lease are left: an agent that claims often writes its row as rarely as one
   * that only heartbeats.
   *
   * @throws ConflictError when the session is another agent's.
   */
  async prolong(agent: AgentCaller, sessionId: string): Promise<void> {
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

  async #claimNow(request: ClaimRequest): Promise<Answer> {
    const { max, hold = max } = request;
    const [answer] =
      Math.min(max, hold) > SMALL_CLAIM
        ? await this.#claimAlone(request)
        : await this.#share([request]);
    return answer;
  }

  async #claimAlone(request: ClaimRequest): Promise<Answer[]> {
    return this.#database.asSystemAtOnce(request.agent.actor, async tx => {
      const [, answers] = await Promise.all([
        this.#lock(tx, [request]),
        this.#claimIn(tx, [request]),
      ]);
      return answers;
    });
  }

  async #lock(
    tx: Transaction,
    requests: readonly ClaimRequest[],
  ): Promise<void> {
    await this.#store.lock(tx, this.#group(requests));
  }

  async #claimIn(
    tx: Transaction,
    requests: readonly ClaimRequest[],
  ): Promise<Answer[]> {
    const answers = new Map<ClaimRequest, Answer>();
    await Promise.all(
      this.#group(requests).map(async group => {
        const rows = await this.#store.claim(tx, group);
        group.requests.forEach((request, index) =>
          answers.set(
            request,
            toAnswer(rows.filter(({ position }) => position === index + 1)),
          ),
        );
        this.#tell(tx, rows);
      }),
    );
    return requests.map(request => answers.get(request)!);
  }

  #tell(tx: Transaction, rows: readonly ClaimedRow[]): void {
    const begun = rows.filter(row => row.id !== null);
    if (begun.length > 0) {
      this.#machine.announceLeases(tx, { begun: begun.map(({ id }) => id) });
      tx.afterCommit(() =>
        this.#onClaimed(
          begun.map(row => ({
            priority: priorityOfRank(row.priority),
            waitedSeconds: row.waited_seconds,
          })),
        ),
      );
    }
  }

  /** In the order of the requests; an agent that asks twice comes in two groups, one behind the other. */
  #group(requests: readonly ClaimRequest[]): Group[] {
    const groups: Group[] = [];
    const open = new Map<string, Group>();
    for (const request of requests) {
      const { agent, sessionId, taskIds } = request;
      const { organizationId, capabilities } = agent;
      const key = `${organizationId} ${capabilities.join()}`;
      let group = taskIds ? undefined : open.get(key);
      if (
        !group ||
        group.requests.length >= MAX_TOGETHER ||
        group.requests.some(other => isSame(other, request))
      ) {
        group = {
          organizationId,
          capabilities,
          taskIds,
          limits: this.#queue.limitsOf(capabilities),
          hookedTypes: this.#types.names(),
          claimants: [],
          requests: [],
        };
        groups.push(group);
        if (!taskIds) {
          open.set(key, group);
        }
      }
      group.requests.push(request);
      group.claimants.push({
        agentId: agent.agentId,
        agentName: agent.name,
        sessionId,
        max: request.max,
        maxConcurrent: agent.maxConcurrent,
        hold: request.hold ?? agent.maxConcurrent,
        seconds: request.prolongs ? (this.#leaseSeconds * 2) / 3 : 0,
      });
    }
    return groups;
  }
}

function isSame(one: ClaimRequest, other: ClaimRequest): boolean {
  return (
    one.agent.agentId === other.agent.agentId ||
    one.sessionId === other.sessionId
  );
}

function toAnswer(rows: readonly ClaimedRow[]): Answer {
  const [{ activation, halted, stop_reason: reason, expires_at, room }] = rows;
  if (activation && (activation !== 'active' || halted)) {
    return {
      error: new NotAllowedError(
        refusalMessage({ activation, halted, reason }),
      ),
    };
  }
  if (!expires_at) {
    return 'no-session';
  }
  const leaseExpiresAt = expires_at.toISOString();
  const tasks = rows.flatMap(row =>
    row.id === null ? [] : [{ ...toClaimedTask(row), leaseExpiresAt }],
  );
  return { tasks, full: tasks.length >= room };
}

function toClaimedTask(
  row: Exclude<ClaimedRow, { id: null }>,
): Omit<ClaimedTask, 'leaseExpiresAt'> {
  return {
    id: row.id,
    attempt: row.attempt,
    title: row.title,
    description: row.description,
    type: row.type,
    priority: priorityOfRank(row.priority),
    capabilities: row.capabilities,
    entityRef: row.entity_ref ?? undefined,
    parentId: row.parent_id ?? undefined,
    input: row.input,
    maxAttempts: row.max_attempts,
    traceparent: row.traceparent ?? undefined,
  };
}
