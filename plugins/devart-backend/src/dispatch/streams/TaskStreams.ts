import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { AgentCaller } from '../../access/Caller';
import { TooManyRequestsError } from '../../operations/TooManyRequestsError';
import type { AgentBell, AgentRing } from '../AgentBell';
import type { SessionClaims } from '../SessionClaims';
import { TaskStream, type TaskStreamEvent } from './TaskStream';

/** Streams of one agent on one replica; more sessions than this wait their turn by polling. */
const MAX_STREAMS_OF_AGENT = 32;
/** Transactions at once that claim for streams; the pool is there for others too. */
const MAX_CLAIMS_AT_ONCE = 4;
/** From so many groups on it pays to ask first for which of them there is anything. */
const ASK_FIRST_FROM = 4;

/** Streams whose agents can do the same: what one does not get, none gets. */
interface Group {
  organizationId: string;
  capabilities: ReadonlySet<string>;
  streams: Set<TaskStream>;
}

function groupKeyOf(agent: AgentCaller): string {
  return JSON.stringify([agent.organizationId, [...agent.capabilities].sort()]);
}

/**
 * The open streams of this replica, and who claims for them. When the queue's
 * bell rings, each group of streams whose agents can do the same is looked at
 * once: streams with room take turns in claiming until one gets less than it
 * could hold. Hundreds of idle streams cost no more than the groups they are in.
 */
export class TaskStreams {
  readonly #claims: SessionClaims;
  readonly #bell: AgentBell;
  readonly #logger: LoggerService;
  readonly #keepAliveSeconds: number;
  readonly #streams = new Set<TaskStream>();
  readonly #groups = new Map<string, Group>();
  /** Groups to look at. */
  readonly #due = new Set<Group>();
  /** Groups that are being looked at. */
  readonly #busy = new Set<Group>();
  readonly #workers = new Set<Promise<void>>();
  #asking: Promise<void> | undefined;
  #askAgain = false;

  constructor(options: {
    claims: SessionClaims;
    bell: AgentBell;
    logger: LoggerService;
    keepAliveSeconds: number;
  }) {
    this.#claims = options.claims;
    this.#bell = options.bell;
    this.#logger = options.logger;
    this.#keepAliveSeconds = options.keepAliveSeconds;
    this.#bell.listen(ring => this.#hear(ring));
  }

  /** All that are open, for their keeper. */
  get open(): ReadonlySet<TaskStream> {
    return this.#streams;
  }

  /**
   * Opens a stream; it is closed when the signal is aborted or the iteration ends.
   *
   * @throws ConflictError when the session is another agent's.
   * @throws TooManyRequestsError when the agent has too many streams.
   */
  async start(
    agent: AgentCaller,
    session: { sessionId: string; hold: number },
    signal: AbortSignal,
  ): Promise<AsyncGenerator<TaskStreamEvent>> {
    const others = [...this.#streams].filter(
      stream =>
        stream.agent.agentId === agent.agentId &&
        stream.sessionId !== session.sessionId,
    );
    if (others.length >= MAX_STREAMS_OF_AGENT) {
      throw new TooManyRequestsError(60);
    }
    await this.#claims.begin(agent, session.sessionId);
    const stream = new TaskStream({
      agent,
      ...session,
      keepAliveSeconds: this.#keepAliveSeconds,
    });
    this.#streams.add(stream);
    this.#join(stream);
    this.#bell.ring({
      kind: 'opened',
      agentId: agent.agentId,
      sessionId: session.sessionId,
      streamId: stream.id,
    });
    return this.#run(stream, signal);
  }

  async *#run(
    stream: TaskStream,
    signal: AbortSignal,
  ): AsyncGenerator<TaskStreamEvent> {
    try {
      // Whenever everything is read, the stream takes part again.
      yield* stream.read(signal, () => this.#serveGroupOf(stream));
    } finally {
      this.#streams.delete(stream);
      this.#leave(stream);
      const unread = stream.close();
      if (unread.length > 0) {
        await this.#claims
          .takeBack(stream.agent, unread)
          .catch(error => this.#debug(error));
      }
    }
  }

  /** Something came into the queue, or may have. */
  serveAll(): void {
    const hungry = [...this.#groups.values()].filter(group =>
      [...group.streams].some(stream => stream.isHungry),
    );
    if (hungry.length < ASK_FIRST_FROM) {
      for (const group of hungry) {
        this.#serve(group);
      }
      return;
    }
    this.#askAgain = true;
    this.#asking ??= this.#askWhichAreReady().finally(() => {
      this.#asking = undefined;
    });
  }

  /** Ends all streams; settles when nothing is claimed for them any more. */
  async stop(): Promise<void> {
    for (const stream of this.#streams) {
      stream.end('stopping', 'The replica stops');
    }
    await Promise.all(this.#workers);
  }

  /** The rights of an agent have changed; its streams go on with what it can do now. */
  setAgent(stream: TaskStream, agent: AgentCaller): void {
    if (groupKeyOf(agent) === groupKeyOf(stream.agent)) {
      stream.agent = agent;
      return;
    }
    this.#leave(stream);
    stream.agent = agent;
    this.#join(stream);
  }

  #join(stream: TaskStream): void {
    const key = groupKeyOf(stream.agent);
    let group = this.#groups.get(key);
    if (!group) {
      group = {
        organizationId: stream.agent.organizationId,
        capabilities: new Set(stream.agent.capabilities),
        streams: new Set(),
      };
      this.#groups.set(key, group);
    }
    group.streams.add(stream);
  }

  #leave(stream: TaskStream): void {
    const key = groupKeyOf(stream.agent);
    const group = this.#groups.get(key);
    group?.streams.delete(stream);
    if (group?.streams.size === 0) {
      this.#groups.delete(key);
      this.#due.delete(group);
    }
  }

  #hear(ring: AgentRing): void {
    for (const stream of this.#streams) {
      if (stream.agent.agentId !== ring.agentId) {
        continue;
      }
      if (ring.kind === 'room') {
        stream.fullSince = undefined;
        this.#serveGroupOf(stream);
      } else if (stream.sessionId === ring.sessionId) {
        if (ring.kind === 'opened') {
          // Ids grow with time: of two streams on two replicas the newer one stays.
          if (stream.id < ring.streamId) {
            stream.end('replaced', 'the session has opened another stream');
          }
        } else {
          stream.hold = ring.hold;
          stream.fullSince = undefined;
          this.#serveGroupOf(stream);
        }
      }
    }
  }

  #serveGroupOf(stream: TaskStream): void {
    const group = this.#groups.get(groupKeyOf(stream.agent));
    if (group && stream.isHungry) {
      this.#serve(group);
    }
  }

  async #askWhichAreReady(): Promise<void> {
    try {
      while (this.#askAgain) {
        this.#askAgain = false;
        const sets = await this.#claims.readySets();
        for (const group of this.#groups.values()) {
          const isReady = sets.some(
            set =>
              set.organization_id === group.organizationId &&
              set.capabilities.every(capability =>
                group.capabilities.has(capability),
              ),
          );
          if (isReady) {
            this.#serve(group);
          }
        }
      }
    } catch (error) {
      // The keeper's next round asks again.
      this.#debug(error);
    }
  }

  #serve(group: Group): void {
    this.#due.add(group);
    if (this.#workers.size < MAX_CLAIMS_AT_ONCE) {
      const worker = this.#work().finally(() => this.#workers.delete(worker));
      this.#workers.add(worker);
    }
  }

  /** Looks at groups that are due and at which nobody looks, until there is none. */
  async #work(): Promise<void> {
    for (;;) {
      const group = [...this.#due].find(due => !this.#busy.has(due));
      if (!group) {
        return;
      }
      this.#due.delete(group);
      this.#busy.add(group);
      try {
        await this.#serveNow(group);
      } finally {
        this.#busy.delete(group);
      }
    }
  }

  async #serveNow(group: Group): Promise<void> {
    for (;;) {
      const [stream] = [...group.streams]
        .filter(candidate => candidate.isHungry)
        .sort((a, b) => a.servedAt - b.servedAt);
      if (!stream || !(await this.#claimFor(stream))) {
        return;
      }
    }
  }

  /** Claims for a stream; answers whether there may be more for others of its group. */
  async #claimFor(stream: TaskStream): Promise<boolean> {
    const { agent, sessionId, hold } = stream;
    const startedAt = Date.now();
    try {
      // Before the claim: room that is made while it runs must not be forgotten.
      stream.fullSince = startedAt;
      const { tasks, full } = await this.#claims.claim(agent, {
        id: sessionId,
        hold,
      });
      if (!full && stream.fullSince === startedAt) {
        stream.fullSince = undefined;
      }
      stream.servedAt = startedAt;
      if (tasks.length > 0 && !stream.push(tasks)) {
        await this.#claims.takeBack(agent, tasks);
      }
      return full;
    } catch (error) {
      if (stream.fullSince === startedAt) {
        stream.fullSince = undefined;
      }
      return this.#onClaimFailed(stream, error as Error);
    }
  }

  #onClaimFailed(stream: TaskStream, error: Error): boolean {
    if (error.name === 'NotAllowedError') {
      stream.end('refused', error.message);
      return true;
    }
    if (error.name === 'NotFoundError') {
      stream.end('session-ended', error.message);
      return true;
    }
    this.#debug(error);
    return false;
  }

  #debug(error: unknown): void {
    this.#logger.debug(
      `Handing out tasks over streams failed: ${stringifyError(error)}`,
    );
  }
}
