import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { AgentCaller } from '../../access/Caller';
import { TooManyRequestsError } from '../../operations/TooManyRequestsError';
import type { AgentBell, AgentRing } from '../AgentBell';
import type { QueueBell, Ring } from '../QueueBell';
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
  /** Ends that the queue's bell wakes the group; there while it listens. */
  unlisten?: () => void;
  /** What it was woken for and has not looked for yet. */
  rings: Ring[];
}

function groupKeyOf(agent: AgentCaller): string {
  return JSON.stringify([agent.organizationId, [...agent.capabilities].sort()]);
}

/**
 * The open streams of this replica, and who claims for them. Streams whose
 * agents can do the same are a group, which listens to the queue's bell as one
 * waiting claim does, while one of them has room. When it is woken, streams with
 * room take turns in claiming until one gets less than it could hold. Hundreds
 * of idle streams cost no more than the groups they are in.
 */
export class TaskStreams {
  readonly #claims: SessionClaims;
  readonly #queueBell: QueueBell;
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
  #onPushed: (tasks: number) => void = () => {};
  #asking: Promise<void> | undefined;
  #askAgain = false;
  #serveAllSoon = false;

  constructor(options: {
    claims: SessionClaims;
    queueBell: QueueBell;
    bell: AgentBell;
    logger: LoggerService;
    keepAliveSeconds: number;
  }) {
    this.#claims = options.claims;
    this.#queueBell = options.queueBell;
    this.#bell = options.bell;
    this.#logger = options.logger;
    this.#keepAliveSeconds = options.keepAliveSeconds;
    this.#bell.listen(ring => this.#hear(ring));
  }

  /** Says whom to tell how many tasks were handed to a stream. */
  onPushed(listener: (tasks: number) => void): void {
    this.#onPushed = listener;
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
        rings: [],
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
      this.#hush(group);
    }
  }

  /** Lets the queue's bell wake a group while a stream of it has room. */
  #listen(group: Group): void {
    group.unlisten ??= this.#queueBell.listen({
      who: group,
      capabilities: [...group.capabilities],
      wake: ring => {
        if (ring) {
          // The bell wakes a listener once.
          group.unlisten = undefined;
          group.rings.push(ring);
          this.#serve(group);
        } else if (!this.#serveAllSoon) {
          // Every group hears of it; they are looked at together.
          this.#serveAllSoon = true;
          queueMicrotask(() => {
            this.#serveAllSoon = false;
            this.serveAll();
          });
        }
      },
    });
  }

  /** The group has no room, or is gone: others are woken instead. */
  #hush(group: Group): void {
    group.unlisten?.();
    group.unlisten = undefined;
    for (const ring of group.rings.splice(0)) {
      this.#queueBell.pass(ring, group);
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
    const rings = group.rings.splice(0);
    let claimed = 0;
    for (;;) {
      const [stream] = [...group.streams]
        .filter(candidate => candidate.isHungry)
        .sort((a, b) => a.servedAt - b.servedAt);
      if (!stream) {
        this.#hush(group);
        break;
      }
      // Listening begins before looking: what comes in between is not missed.
      this.#listen(group);
      const { count, more } = await this.#claimFor(stream);
      claimed += count;
      if (!more) {
        break;
      }
    }
    for (const ring of rings.slice(claimed)) {
      this.#queueBell.pass(ring, group);
    }
  }

  /** Claims for a stream; answers how many, and whether there may be more for others of its group. */
  async #claimFor(
    stream: TaskStream,
  ): Promise<{ count: number; more: boolean }> {
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
      if (tasks.length > 0) {
        if (stream.push(tasks)) {
          this.#onPushed(tasks.length);
        } else {
          await this.#claims.takeBack(agent, tasks);
        }
      }
      return { count: tasks.length, more: full };
    } catch (error) {
      if (stream.fullSince === startedAt) {
        stream.fullSince = undefined;
      }
      return { count: 0, more: this.#onClaimFailed(stream, error as Error) };
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
