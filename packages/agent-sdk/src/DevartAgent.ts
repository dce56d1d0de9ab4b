import {
  createDevartClient,
  type Agent,
  type ClaimedTask,
  type DevartClient,
  type OperationInput,
  type OperationOutput,
  type Operations,
  type Task,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { version } from '../package.json';
import { CompletionBatcher } from './CompletionBatcher';
import { consoleLogger, type AgentLogger } from './AgentLogger';
import type { AgentOptions } from './AgentOptions';
import { apiProblemOf, type ApiProblem } from './ApiProblem';
import { Backoff, type BackoffOptions } from './Backoff';
import { BrokerFeed } from './BrokerFeed';
import { boundedFetch } from './boundedFetch';
import { EnrolmentError } from './EnrolmentError';
import { LocalQueue } from './LocalQueue';
import { obtainKey } from './obtainKey';
import { pause } from './pause';
import { StreamFeed } from './StreamFeed';
import type { TaskHandler } from './TaskContext';
import type { DropReason } from './TaskDroppedError';
import type { TaskFeed } from './TaskFeed';
import { TaskRun } from './TaskRun';

/**
 * What an agent is doing; see {@link DevartAgent}.
 *
 * @public
 */
export type AgentMode =
  | 'new'
  | 'connecting'
  | 'consuming'
  | 'reconnecting'
  | 'refused'
  | 'stopping'
  | 'stopped';

/** Statuses in which the control plane refuses what an agent does. */
const REFUSED_STATUSES: readonly Agent['status'][] = [
  'pending',
  'inactive',
  'halted',
];

const SOFTWARE = `@devart/agent-sdk ${version}, Node.js ${process.versions.node}`;

/** No claim is worth its while that could wait less than this, or a fifth of the interval. */
const SHORTEST_WAIT_MS = 100;
/** Pause after an empty answer that came sooner than asked for. */
const EMPTY_PAUSE_MS = 1000;
/** How long the last heartbeat may take, with its tries. */
const CLOSING_MS = 5000;
/** How long giving tasks back may take. */
const RETURNING_MS = 3000;

/**
 * An agent: it claims tasks, hands them to a handler, and reports on them.
 *
 * Modes, with what enters and what leaves them:
 *
 * - `new`: made, nothing is going on. `startConsuming` leads to `connecting`,
 *   `stop` to `stopped`.
 * - `connecting`: gets its key, if it has none, and asks who it is, until there
 *   is an answer. Leads to `consuming`, or to `refused`.
 * - `consuming`: heartbeats when they are due and claims tasks in between.
 *   Leads to `reconnecting` when a call is not answered, to `refused` on 401
 *   and 403.
 * - `reconnecting`: tries heartbeats with growing delays; work goes on, and
 *   results wait until they can be delivered. A heartbeat that is answered
 *   leads to `consuming`, 401 and 403 to `refused`.
 * - `refused`: the key is wrong, or people have not activated or have stopped
 *   the agent. Asks slowly whether that has changed, which leads to
 *   `consuming`. When the heartbeat itself is refused, what it was working on
 *   is dropped; when only claims are, it finishes that.
 * - `stopping`: entered by `stop` from all of these. Heartbeats go on while
 *   work is finished, or dropped when the grace is over; then one last
 *   heartbeat gives back what is left.
 * - `stopped`: nothing runs any more, no timer is left. Also entered when the
 *   agent cannot get a key.
 *
 * Tasks come over a stream, which is open while the agent is `consuming` or
 * `reconnecting`; while there is none, the agent claims them. What it cannot
 * begin yet waits in a small local queue.
 *
 * One loop sends heartbeats and claims, never both at once: a heartbeat lists
 * what the agent works on, and the control plane takes back what is not on the
 * list, so no claim may be on its way while the list is made. What comes over
 * the stream meanwhile is too young to be taken back.
 *
 * @public
 */
export class DevartAgent {
  readonly #options: AgentOptions;
  readonly #logger: AgentLogger;
  readonly #concurrency: number;
  readonly #refusedMs: number;
  readonly #retry: BackoffOptions;
  readonly #backoff: Backoff;
  readonly #claimBackoff: Backoff;
  readonly #refusedBackoff: Backoff;
  readonly #client: DevartClient;
  readonly #completions: CompletionBatcher;
  readonly #runs = new Set<TaskRun>();
  readonly #localQueue: LocalQueue;
  #handler: TaskHandler = () => {};
  /** In the order in which the agent prefers them; begun when there is a session. */
  #feeds: TaskFeed[] = [];
  readonly #sessionId = uuidv7();
  /** Ends the loop with everything that it waits for. */
  readonly #loopEnd = new AbortController();
  /** Ends the claim that is on its way. */
  readonly #claimEnd = new AbortController();

  #mode: AgentMode = 'new';
  #key: string | undefined;
  #me: Agent | undefined;
  #consuming: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #wake: AbortController = new AbortController();
  #hasSession = false;
  #leaseMs = 30_000;
  #intervalMs = 10_000;
  /** When the next question who it is, heartbeat and claim are due, in milliseconds. */
  #askAt = 0;
  #heartbeatAt = 0;
  #claimAt = 0;
  /** What was said last about the connection, so that it is said once. */
  #said: string | undefined;

  /**
   * @param options - where the control plane is, and with which key
   * @throws TypeError when there is neither a key nor an enrolment, or a number is out of range
   */
  constructor(options: AgentOptions) {
    const {
      concurrency = 1,
      retry = {},
      claimWaitSeconds = 25,
      prefetch = 2,
    } = options;
    if (!options.key && !options.enrolment) {
      throw new TypeError('An agent needs a key, or an enrolment to get one');
    }
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new TypeError(
        `concurrency must be a whole number from 1; it is ${concurrency}`,
      );
    }
    if (!(claimWaitSeconds >= 0 && claimWaitSeconds <= 30)) {
      throw new TypeError(
        `claimWaitSeconds must be from 0 to 30; it is ${claimWaitSeconds}`,
      );
    }
    if (!Number.isInteger(prefetch) || prefetch < 0 || prefetch > 100) {
      throw new TypeError(
        `prefetch must be a whole number from 0 to 100; it is ${prefetch}`,
      );
    }
    this.#options = options;
    this.#localQueue = new LocalQueue(prefetch);
    this.#key = options.key;
    this.#logger = options.logger ?? consoleLogger;
    this.#concurrency = concurrency;
    this.#refusedMs = retry.refusedMs ?? 5000;
    this.#retry = {
      baseMs: retry.baseMs ?? 500,
      maxMs: retry.maxMs ?? 15_000,
    };
    this.#backoff = new Backoff(this.#retry);
    this.#claimBackoff = new Backoff(this.#retry);
    this.#refusedBackoff = new Backoff({
      baseMs: this.#refusedMs,
      maxMs: retry.refusedMaxMs ?? 60_000,
    });
    this.#client = this.#createClient({});
    this.#completions = new CompletionBatcher({
      client: this.#client,
      agentId: () => this.#me!.id,
    });
  }

  /** What the agent is doing. */
  get mode(): AgentMode {
    return this.#mode;
  }

  /** The tasks it is working on, without those that wait to be begun. */
  get runningTasks(): ClaimedTask[] {
    return [...this.#runs].map(run => run.task);
  }

  /** A client with the agent's key, for every other operation. Its calls are not repeated. */
  get client(): DevartClient {
    return this.#client;
  }

  /**
   * Claims tasks and hands them to the handler, as many at once as
   * `concurrency` says, until `stop` is called.
   *
   * @returns settles when the agent has stopped
   * @throws EnrolmentError when the agent has no key and cannot get one
   */
  startConsuming(handler: TaskHandler): Promise<void> {
    if (this.#mode !== 'new') {
      throw new Error(
        `The agent is ${this.#mode}; make a new one to start again`,
      );
    }
    this.#mode = 'connecting';
    this.#handler = handler;
    this.#consuming = this.#loop().catch(error => {
      this.#mode = 'stopped';
      this.#dropAll('stopping');
      throw error;
    });
    return this.#consuming.then(() => this.#stopping);
  }

  /**
   * Stops: claims no more, lets handlers finish for a while, drops what is not
   * finished then, and gives it back.
   *
   * @param options - `graceMs`: how long handlers may take, 30 seconds unless given
   * @returns settles when nothing runs any more; called again, it shortens the grace to what it says
   */
  stop(options: { graceMs?: number } = {}): Promise<void> {
    const { graceMs = 30_000 } = options;
    if (this.#mode === 'new' || this.#mode === 'stopped') {
      this.#mode = 'stopped';
      return Promise.resolve();
    }
    const graceEnd = pause(graceMs, this.#loopEnd.signal).then(() =>
      this.#dropAll('stopping'),
    );
    this.#stopping ??= this.#stop();
    return Promise.all([this.#stopping, graceEnd]).then(() => undefined);
  }

  /**
   * Claims one task without a handler. It stays the caller's as long as
   * heartbeats are sent; see the operations `agents.heartbeat` and
   * `tasks.complete`. Agents that use `startConsuming` do not need this.
   */
  async claimTask(
    options: { waitSeconds?: number; taskId?: string } = {},
  ): Promise<ClaimedTask | undefined> {
    const { id } = this.#me ?? (await this.#identify());
    const claimed = await this.#client.agents.claim({
      id,
      max: 1,
      ...options,
    });
    return claimed?.tasks[0];
  }

  /** Ends a task that the agent holds, or lets it wait; see the operation `tasks.setStatus`. */
  updateTaskStatus(
    task: Pick<ClaimedTask, 'id' | 'attempt' | 'traceparent'>,
    status: Task['status'],
    details: Pick<
      OperationInput<Operations['tasks']['setStatus']>,
      'output' | 'reason' | 'waitingReason'
    > = {},
  ): Promise<Task> {
    const { id, attempt, traceparent } = task;
    return this.#client.tasks.setStatus(
      { id, attempt, status, ...details },
      { traceparent },
    );
  }

  /** Says that an attempt at a task failed; see the operation `tasks.reportFailure`. */
  reportFailure(
    task: Pick<ClaimedTask, 'id' | 'attempt' | 'traceparent'>,
    error: string,
    options: { retryable?: boolean } = {},
  ): Promise<OperationOutput<Operations['tasks']['reportFailure']>> {
    const { id, attempt, traceparent } = task;
    return this.#client.tasks.reportFailure(
      { id, attempt, error, ...options },
      { traceparent },
    );
  }

  #createClient(options: {
    signal?: AbortSignal;
    traceparent?: () => string | undefined;
    timeoutMs?: number;
    /** Makes the `fetch` to use; one whose calls end, unless given. */
    wrap?: (fetchApi: typeof fetch) => typeof fetch;
  }): DevartClient {
    const { baseUrl, requestTimeoutMs = 30_000 } = this.#options;
    const fetchApi = this.#options.fetch ?? fetch;
    return createDevartClient({
      baseUrl,
      token: async () => this.#key,
      fetch: options.wrap
        ? options.wrap(fetchApi)
        : boundedFetch({
            fetch: fetchApi,
            timeoutMs: options.timeoutMs ?? requestTimeoutMs,
            signal: options.signal,
            traceparent: options.traceparent,
          }),
    });
  }

  async #loop(): Promise<void> {
    while (!this.#loopEnd.signal.aborted) {
      const now = Date.now();
      if (this.#isAsking() && now >= this.#askAt) {
        await this.#ask();
      } else if (this.#isBeating() && now >= this.#heartbeatAt) {
        await this.#beat();
      } else if (now >= (this.#localQueue.expiresAt ?? Infinity)) {
        await this.#giveBackExpired(now);
      } else if (this.#isClaiming() && now >= this.#claimAt) {
        await this.#claim();
      } else {
        await this.#pauseUntilDue(now);
      }
    }
  }

  #isAsking(): boolean {
    return this.#mode === 'connecting' || this.#mode === 'refused';
  }

  #isBeating(): boolean {
    if (this.#mode === 'refused' || this.#mode === 'stopping') {
      return this.#hasSession && this.#held().length > 0;
    }
    return this.#mode === 'consuming' || this.#mode === 'reconnecting';
  }

  #isClaiming(): boolean {
    return (
      this.#mode === 'consuming' &&
      !this.#isFed() &&
      this.#heldCount() < this.#concurrency &&
      this.#heartbeatAt - Date.now() >=
        Math.min(SHORTEST_WAIT_MS, this.#intervalMs / 5)
    );
  }

  async #pauseUntilDue(now: number): Promise<void> {
    const due = [
      ...(this.#isAsking() ? [this.#askAt] : []),
      ...(this.#isBeating() ? [this.#heartbeatAt] : []),
      ...(this.#isClaiming() ? [this.#claimAt] : []),
      ...(this.#localQueue.expiresAt ? [this.#localQueue.expiresAt] : []),
    ];
    // Without anything due, a run that ends or a call of `stop` goes on.
    const until = due.length > 0 ? Math.min(...due) : now + this.#intervalMs;
    await pause(
      until - now,
      AbortSignal.any([this.#wake.signal, this.#loopEnd.signal]),
    );
    if (this.#wake.signal.aborted) {
      this.#wake = new AbortController();
    }
  }

  /** Asks who the agent is and whether it may work. */
  async #ask(): Promise<void> {
    try {
      const { status, statusReason } = await this.#identify();
      this.#refusedBackoff.reset();
      if (REFUSED_STATUSES.includes(status)) {
        this.#enterRefused(describeStatus(status, statusReason));
        return;
      }
      this.#backoff.reset();
      this.#enter('consuming');
      this.#heartbeatAt = 0;
    } catch (error) {
      if (error instanceof EnrolmentError) {
        throw error;
      }
      this.#onAskFailed(apiProblemOf(error));
    }
  }

  #onAskFailed(problem: ApiProblem): void {
    if (this.#loopEnd.signal.aborted) {
      return;
    }
    if (problem.kind === 'refused') {
      this.#enterRefused(`Refused: ${problem.message}`);
      // A wrong key will hardly become right, and each use of it is recorded.
      this.#askAt = Date.now() + this.#refusedMs + this.#refusedBackoff.next();
    } else {
      this.#sayOnce('warn', `Cannot connect yet: ${problem.message}`);
      this.#askAt = Date.now() + this.#backoff.next(problem.retryAfterMs);
    }
  }

  async #identify(): Promise<Agent> {
    if (!this.#key && this.#options.enrolment) {
      this.#key = await obtainKey({
        enrolment: this.#options.enrolment,
        concurrency: this.#concurrency,
        client: this.#createClient({ signal: this.#loopEnd.signal }),
        logger: this.#logger,
      });
    }
    this.#me = await this.#createClient({
      signal: this.#loopEnd.signal,
    }).agents.me({});
    return this.#me;
  }

  async #beat(): Promise<void> {
    const held = this.#held();
    try {
      const answer = await this.#createClient({
        signal: this.#loopEnd.signal,
        // A heartbeat that hangs must leave time for another before the lease ends.
        timeoutMs: Math.max(1000, this.#leaseMs / 3),
      }).agents.heartbeat({
        sessionId: this.#sessionId,
        running: held.map(({ id, attempt }) => ({ taskId: id, attempt })),
        software: this.#options.software ?? SOFTWARE,
      });
      this.#hasSession = true;
      this.#intervalMs = answer.intervalSeconds * 1000;
      this.#leaseMs = answer.leaseSeconds * 1000;
      this.#heartbeatAt = Date.now() + this.#intervalMs;
      this.#backoff.reset();
      for (const { taskId, attempt, reason } of answer.dropped) {
        this.#localQueue.remove({ taskId, attempt });
        [...this.#runs]
          .find(({ task }) => task.id === taskId && task.attempt === attempt)
          ?.drop(reason);
      }
      if (this.#mode !== 'stopping' && this.#mode !== 'refused') {
        this.#enter('consuming');
        this.#startFeeds();
        this.#sayOnce('info', `Connected as ${this.#me?.name}`);
      }
    } catch (error) {
      const problem = apiProblemOf(error);
      if (problem.kind === 'refused') {
        this.#dropAll('refused');
      }
      this.#onUnanswered(problem);
    }
  }

  #createFeeds(): TaskFeed[] {
    const { stream = true, rabbitmqUrl, retry = {} } = this.#options;
    const common = {
      agentId: this.#me!.id,
      sessionId: this.#sessionId,
      hold: this.#wantedHold(),
      client: this.#client,
      logger: this.#logger,
      backoff: this.#retry,
      withoutMs: retry.withoutStreamMs ?? 60_000,
      listener: {
        onTasks: (tasks: readonly ClaimedTask[]) => this.#take(tasks),
        onChange: () => {
          this.#startFeeds();
          this.#wake.abort();
        },
        onRefused: (problem: ApiProblem) => this.#onFeedRefused(problem),
      },
    };
    return [
      ...(rabbitmqUrl
        ? [
            new BrokerFeed({
              ...common,
              url: rabbitmqUrl,
              maxConcurrent: this.#me!.maxConcurrent,
              held: () => this.#heldCount(),
            }),
          ]
        : []),
      ...(stream
        ? [
            new StreamFeed({
              ...common,
              createClient: wrap => this.#createClient({ wrap }),
            }),
          ]
        : []),
    ];
  }

  /** Starts the feed that the agent likes best, and the next as long as that does not work. */
  #startFeeds(): void {
    if (this.#mode !== 'consuming' && this.#mode !== 'reconnecting') {
      return;
    }
    if (this.#feeds.length === 0) {
      this.#feeds = this.#createFeeds();
    }
    let isServed = false;
    for (const feed of this.#feeds) {
      if (isServed) {
        void feed.stop();
      } else {
        feed.start();
        if (feed.mode === 'opening') {
          // Not before it is known whether it works do the others change.
          return;
        }
        isServed = feed.mode === 'open';
      }
    }
  }

  async #stopFeeds(): Promise<void> {
    await Promise.all(this.#feeds.map(feed => feed.stop()));
  }

  /** Whether tasks come by themselves, or will in a moment. */
  #isFed(): boolean {
    return this.#feeds.some(works);
  }

  async #setHold(): Promise<void> {
    const hold = this.#wantedHold();
    await Promise.all(this.#feeds.map(feed => feed.setHold(hold)));
  }

  #onFeedRefused(problem: ApiProblem): void {
    if (problem.kind === 'refused') {
      this.#onUnanswered(problem);
    } else {
      this.#heartbeatAt = 0;
    }
    this.#wake.abort();
  }

  #wantedHold(): number {
    return this.#concurrency + this.#localQueue.target;
  }

  /** Takes tasks that were handed to the agent, and begins as many as it may. */
  #take(tasks: readonly ClaimedTask[]): void {
    if (this.#stopping) {
      // The last heartbeat gives them back.
      return;
    }
    this.#localQueue.add(tasks, Date.now());
    this.#beginNext();
    this.#wake.abort();
  }

  #beginNext(): void {
    while (
      !this.#stopping &&
      [...this.#runs].filter(run => run.isWorking).length < this.#concurrency
    ) {
      const task = this.#localQueue.next();
      if (!task) {
        return;
      }
      this.#run(task);
    }
  }

  async #giveBackExpired(now: number): Promise<void> {
    const expired = this.#localQueue.takeExpired(now);
    await this.#setHold();
    await this.#giveBack(expired);
  }

  /** Gives tasks back that were not begun; what fails goes back with the heartbeats. */
  async #giveBack(tasks: readonly ClaimedTask[]): Promise<void> {
    if (tasks.length === 0) {
      return;
    }
    try {
      await this.#createClient({
        timeoutMs: RETURNING_MS,
      }).agents.returnTasks({
        id: this.#me!.id,
        tasks: tasks.map(({ id, attempt }) => ({ taskId: id, attempt })),
      });
    } catch (error) {
      this.#logger.debug(
        `Giving tasks back failed: ${apiProblemOf(error).message}`,
      );
    }
  }

  async #claim(): Promise<void> {
    const startedAt = Date.now();
    const { claimWaitSeconds = 25 } = this.#options;
    const waitMs = Math.min(
      claimWaitSeconds * 1000,
      this.#heartbeatAt - startedAt,
    );
    try {
      const claimed = await this.#createClient({
        signal: AbortSignal.any([this.#claimEnd.signal, this.#loopEnd.signal]),
        // Late answers cost heartbeats; what they hand out goes back with the next one.
        timeoutMs:
          waitMs + Math.max(1000, (this.#leaseMs - this.#intervalMs) / 3),
      }).agents.claim({
        id: this.#me!.id,
        sessionId: this.#sessionId,
        max: Math.min(this.#concurrency - this.#heldCount(), 500),
        waitSeconds: Math.floor(waitMs) / 1000,
      });
      const tasks = claimed?.tasks ?? [];
      if (this.#mode === 'consuming') {
        this.#take(tasks);
      }
      this.#claimBackoff.reset();
      if (tasks.length === 0 && Date.now() - startedAt < waitMs / 2) {
        this.#claimAt = Date.now() + EMPTY_PAUSE_MS;
      }
    } catch (error) {
      const problem = apiProblemOf(error);
      // Heartbeats can go well while claims fail.
      this.#claimAt =
        Date.now() + this.#claimBackoff.next(problem.retryAfterMs);
      this.#onUnanswered(problem);
    }
  }

  #run(task: ClaimedTask): void {
    const { logFlushMs = 1000, progressIntervalMs = 500 } = this.#options;
    this.#logger.info(
      `Task ${task.id} (${task.title}): attempt ${task.attempt} of ${task.maxAttempts}`,
    );
    const run = new TaskRun({
      task,
      handler: this.#handler,
      logger: this.#logger,
      createClient: options => this.#createClient(options),
      modelAccess: () => ({
        baseUrl: `${this.#options.baseUrl.replace(/\/$/, '')}/gateway/v1`,
        apiKey: this.#key!,
      }),
      completions: this.#completions,
      backoff: this.#retry,
      logFlushMs,
      progressIntervalMs,
    });
    this.#runs.add(run);
    void run.worked.then(ms => {
      this.#localQueue.observe(ms);
      void this.#setHold();
      this.#beginNext();
    });
    void run.settled.then(() => {
      this.#runs.delete(run);
      this.#feeds.forEach(feed => feed.onRoom());
      this.#wake.abort();
    });
  }

  /** After a heartbeat or claim without the answer that was asked for. */
  #onUnanswered(problem: ApiProblem): void {
    // Also after a claim: the heartbeat gives back what a lost answer handed out.
    this.#heartbeatAt = Date.now() + this.#backoff.next(problem.retryAfterMs);
    if (this.#stopping) {
      return;
    }
    if (problem.kind === 'refused') {
      this.#enterRefused(`Refused: ${problem.message}`);
      return;
    }
    this.#enter('reconnecting');
    this.#sayOnce(
      problem.kind === 'unreachable' ? 'warn' : 'error',
      `Connection lost, trying again: ${problem.message}`,
    );
  }

  #enterRefused(why: string): void {
    void this.#stopFeeds();
    void this.#giveBack(this.#localQueue.clear());
    this.#askAt = Date.now() + this.#refusedMs;
    this.#enter('refused');
    this.#sayOnce('warn', `${why}. Asking again every now and then.`);
  }

  /** Everything but `stop` changes the mode through this: nothing leads out of stopping. */
  #enter(mode: 'consuming' | 'reconnecting' | 'refused'): void {
    if (!this.#stopping) {
      this.#mode = mode;
    }
  }

  async #stop(): Promise<void> {
    this.#mode = 'stopping';
    this.#logger.info(
      this.#runs.size > 0
        ? `Stopping; finishing ${this.#runs.size} tasks`
        : 'Stopping',
    );
    this.#claimEnd.abort();
    this.#wake.abort();
    const returned = Promise.all([
      this.#stopFeeds(),
      this.#giveBack(this.#localQueue.clear()),
    ]);
    await this.#runsSettled();
    await returned;
    this.#loopEnd.abort();
    // Fails only for want of a key, which `startConsuming` tells.
    await this.#consuming?.catch(() => {});
    await this.#sayGoodbye();
    this.#mode = 'stopped';
    this.#logger.info('Stopped');
  }

  /** Waits for all runs; for those that were dropped not much longer. */
  async #runsSettled(): Promise<void> {
    await Promise.all(
      [...this.#runs].map(run => Promise.race([run.settled, run.abandoned])),
    );
    for (const { task } of this.#runs) {
      this.#logger.warn(
        `The handler of task ${task.id} (${task.title}) does not stop`,
      );
    }
  }

  async #sayGoodbye(): Promise<void> {
    if (!this.#hasSession) {
      return;
    }
    const deadline = Date.now() + CLOSING_MS;
    while (Date.now() < deadline) {
      try {
        await this.#createClient({
          timeoutMs: deadline - Date.now(),
        }).agents.heartbeat({
          sessionId: this.#sessionId,
          running: [],
          closing: true,
        });
        return;
      } catch (error) {
        const { kind, message, retryAfterMs } = apiProblemOf(error);
        if (kind !== 'unreachable' || Date.now() >= deadline) {
          this.#logger.warn(`The last heartbeat was not taken: ${message}`);
          return;
        }
        await pause(
          Math.min(this.#backoff.next(retryAfterMs), deadline - Date.now()),
        );
      }
    }
    this.#logger.warn(
      'The control plane could not be reached to say goodbye; what the agent held goes back when its lease ends',
    );
  }

  /** What it says, with its heartbeats, that it holds. */
  #held(): ClaimedTask[] {
    return [
      ...[...this.#runs].filter(run => run.isHeld).map(({ task }) => task),
      ...this.#localQueue.tasks,
    ];
  }

  #heldCount(): number {
    return this.#runs.size + this.#localQueue.tasks.length;
  }

  #dropAll(reason: DropReason): void {
    this.#localQueue.clear();
    for (const run of this.#runs) {
      run.drop(reason);
    }
  }

  #sayOnce(level: 'info' | 'warn' | 'error', message: string): void {
    if (this.#said !== message) {
      this.#said = message;
      this.#logger[level](message);
    }
  }
}

function works(feed: TaskFeed): boolean {
  return feed.mode === 'open' || feed.mode === 'opening';
}

function describeStatus(status: Agent['status'], reason?: string): string {
  const because = reason ? `: ${reason}` : '';
  if (status === 'pending') {
    return 'The agent is waiting until a supervisor activates it';
  }
  return status === 'halted'
    ? `All agents are stopped${because}`
    : `The agent is inactive${because}`;
}
