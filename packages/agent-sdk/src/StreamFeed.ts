import type { DevartClient } from '@devart/plugin-devart-common';
import type { AgentLogger } from './AgentLogger';
import { apiProblemOf, type ApiProblem } from './ApiProblem';
import { Backoff, type BackoffOptions } from './Backoff';
import { FeedLoop } from './FeedLoop';
import { streamingFetch } from './streamingFetch';
import type { TaskFeed, TaskFeedListener } from './TaskFeed';

/** The longest until a stream says that it is open. */
const OPEN_MS = 5000;
/** A stream that is silent for so many times its keep-alive is dead. */
const MISSED_KEEP_ALIVES = 4;
/** How long an agent that cannot have a stream goes without, at most. */
const LONGEST_WITHOUT_MS = 15 * 60_000;

/** Something between agent and control plane holds the events back, or knows no streams. */
class NoStreamError extends Error {}

/** What a stream needs. */
export interface StreamFeedOptions {
  agentId: string;
  sessionId: string;
  hold: number;
  /** A client whose calls end. */
  client: DevartClient;
  /** Makes a client that uses another `fetch`. */
  createClient: (
    wrap: (fetchApi: typeof fetch) => typeof fetch,
  ) => DevartClient;
  listener: TaskFeedListener;
  logger: AgentLogger;
  backoff: BackoffOptions;
  /** How long an agent that cannot have a stream goes without; doubles each time. */
  withoutMs: number;
}

/**
 * Tasks over the control plane's stream of events. A stream that breaks is
 * opened again after a growing, random delay. Where there can be none - an older
 * control plane, a proxy that holds events back - it tries again now and then.
 */
export class StreamFeed implements TaskFeed {
  readonly #options: StreamFeedOptions;
  readonly #backoff: Backoff;
  readonly #without: Backoff;
  #hold: number;
  readonly #loop: FeedLoop;

  constructor(options: StreamFeedOptions) {
    this.#options = options;
    this.#hold = options.hold;
    this.#backoff = new Backoff(options.backoff);
    this.#without = new Backoff({
      baseMs: options.withoutMs,
      maxMs: LONGEST_WITHOUT_MS,
    });
    this.#loop = new FeedLoop({
      use: end => this.#use(end),
      onChange: () => options.listener.onChange(),
    });
  }

  get mode(): TaskFeed['mode'] {
    return this.#loop.mode;
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async setHold(hold: number): Promise<void> {
    if (hold === this.#hold) {
      return;
    }
    this.#hold = hold;
    if (this.mode === 'open') {
      const { agentId, sessionId, client, logger } = this.#options;
      await client.agents
        .setHold({ id: agentId, sessionId, hold })
        // The next stream is opened with it.
        .catch(error =>
          logger.debug(`setHold failed: ${apiProblemOf(error).message}`),
        );
    }
  }

  /** The control plane knows by itself. */
  onRoom(): void {}

  async #use(end: AbortSignal): Promise<number> {
    try {
      return await this.#readOne(end);
    } catch (error) {
      return end.aborted ? 0 : this.#onBroken(error);
    }
  }

  /** Reads one stream to its end; answers after how long to open the next. */
  async #readOne(end: AbortSignal): Promise<number> {
    const { agentId, sessionId, createClient, listener } = this.#options;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, end]);
    let idleMs = OPEN_MS;
    const openTimer = setTimeout(
      () =>
        over.abort(
          new NoStreamError('the stream did not begin; is it held back?'),
        ),
      OPEN_MS,
    );
    try {
      const events = await createClient(fetchApi =>
        streamingFetch({
          fetch: fetchApi,
          openMs: OPEN_MS,
          idleMs: () => idleMs,
          signal,
        }),
      ).agents.stream({ id: agentId, sessionId, hold: this.#hold });
      for await (const { event, data } of events) {
        clearTimeout(openTimer);
        if (end.aborted) {
          return 0;
        }
        if (event === 'open') {
          idleMs = data.keepAliveSeconds * MISSED_KEEP_ALIVES * 1000;
          this.#backoff.reset();
          this.#without.reset();
          this.#loop.opened(end);
        } else if (event === 'tasks') {
          listener.onTasks(data.tasks);
        } else {
          return this.#onEnd(data);
        }
      }
      return this.#backoff.next();
    } catch (error) {
      // What went wrong is the reason of the abort, not that there was one.
      throw over.signal.aborted ? over.signal.reason : error;
    } finally {
      clearTimeout(openTimer);
      over.abort();
    }
  }

  #onEnd(data: { reason: string; message: string }): number {
    if (data.reason === 'refused' || data.reason === 'session-ended') {
      this.#options.listener.onRefused({
        kind: data.reason === 'refused' ? 'refused' : 'conflict',
        message: data.message,
      });
    }
    return this.#backoff.next();
  }

  #onBroken(error: unknown): number {
    const { listener, logger } = this.#options;
    // `fetch` throws a TypeError as well when nobody is there; then it has a cause.
    const isNoStream =
      error instanceof NoStreamError ||
      (error instanceof TypeError && error.cause === undefined);
    if (isNoStream) {
      return this.#goWithout((error as Error).message);
    }
    const problem: ApiProblem = apiProblemOf(error);
    if (problem.kind === 'refused') {
      listener.onRefused(problem);
      return this.#backoff.next();
    }
    if (problem.kind === 'gone' || problem.kind === 'rejected') {
      return this.#goWithout(problem.message);
    }
    logger.debug(`The stream broke: ${problem.message}`);
    return this.#backoff.next(problem.retryAfterMs);
  }

  #goWithout(why: string): number {
    const { logger, withoutMs } = this.#options;
    logger.debug(`Asks for tasks, since there is no stream: ${why}`);
    return this.#without.next(withoutMs / 2);
  }
}
