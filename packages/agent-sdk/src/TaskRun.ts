import {
  inSpan,
  type ClaimedTask,
  type DevartClient,
  type OperationInput,
  type Operations,
} from '@devart/plugin-devart-common';
import { SpanKind } from '@opentelemetry/api';
import type { AgentLogger } from './AgentLogger';
import { apiProblemOf } from './ApiProblem';
import { Backoff, type BackoffOptions } from './Backoff';
import type { CompletionBatcher } from './CompletionBatcher';
import { LogBuffer, type LogLevel } from './LogBuffer';
import { PermanentError } from './PermanentError';
import { ProgressReporter } from './ProgressReporter';
import { storableText } from './storableText';
import type { Artifact, TaskContext, TaskHandler } from './TaskContext';
import { TaskDroppedError, type DropReason } from './TaskDroppedError';
import { untilAnswered } from './untilAnswered';

const MAX_ERROR_CHARACTERS = 8000;
const MAX_SUMMARY_CHARACTERS = 2000;
const MAX_SOLUTION_CHARACTERS = 2000;

/** How long a handler may take to end, and its last log lines to leave, after a drop. */
const DROPPED_MS = 2000;

/** What a run needs. */
export interface TaskRunOptions {
  task: ClaimedTask;
  handler: TaskHandler;
  /** Makes a client whose calls carry the trace of the task and end with the signal. */
  createClient: (options: {
    traceparent: () => string | undefined;
    signal: AbortSignal;
  }) => DevartClient;
  /** The base URL of the models, and the key of the agent as it is now. */
  modelAccess: () => { baseUrl: string; apiKey: string };
  completions: CompletionBatcher;
  logger: AgentLogger;
  backoff: BackoffOptions;
  logFlushMs: number;
  progressIntervalMs: number;
}

type Outcome =
  | { kind: 'succeeded'; output?: Record<string, unknown>; summary?: string }
  | { kind: 'failed'; error: unknown };

/**
 * One attempt at a task, from its claim to the delivery of its result.
 *
 * Modes: `working` (the handler runs) - `delivering` (the handler is done; its
 * last log lines and its result are on their way, however long an outage
 * takes; a 409 means that somebody else holds the task by now) - `dropped`
 * (entered by `drop` from `working`, and from `delivering` when the agent may
 * not speak any more; nothing is delivered but log lines) - `ended`.
 */
export class TaskRun {
  readonly task: ClaimedTask;
  /** Settles, and never rejects, when the handler is done and its result delivered or dropped. */
  readonly settled: Promise<void>;
  /** Settles, with the milliseconds that it took, when the handler is done; its result may still be on its way. */
  readonly worked: Promise<number>;
  /** Settles when a dropped task's handler has had its time and goes on nevertheless. */
  readonly abandoned: Promise<void>;
  readonly #options: TaskRunOptions;
  /** Aborted when the task is dropped. */
  readonly #held = new AbortController();
  /** Aborted when nothing about the task is to be sent any more. */
  readonly #over = new AbortController();
  readonly #client: DevartClient;
  readonly #logs: LogBuffer;
  #mode: 'working' | 'delivering' | 'dropped' | 'ended' = 'working';
  #isWorking = true;
  #droppedTimer?: NodeJS.Timeout;
  /** Where the trace of the task has come to: what the handler causes is part of its span. */
  #traceparent: string | undefined;

  /** Starts the handler. */
  constructor(options: TaskRunOptions) {
    const { task, createClient, logger, logFlushMs } = options;
    this.task = task;
    this.#traceparent = task.traceparent;
    this.#options = options;
    this.#client = createClient({
      traceparent: () => this.#traceparent,
      signal: this.#over.signal,
    });
    this.#logs = new LogBuffer({
      send: batch =>
        this.#persistently(
          () => this.#client.tasks.appendLogs({ ...this.#fence(), ...batch }),
          this.#over.signal,
        ),
      onLost: (lines, error) =>
        logger.warn(
          `${lines} log lines of task ${task.id} were not taken: ${apiProblemOf(error).message}`,
        ),
      flushAfterMs: logFlushMs,
    });
    this.abandoned = new Promise(resolve => {
      this.#over.signal.addEventListener('abort', () => resolve());
    });
    let onWorked: (ms: number) => void = () => {};
    this.worked = new Promise(resolve => {
      onWorked = resolve;
    });
    this.settled = this.#run(onWorked);
  }

  /** Whether the agent is to say, with its heartbeats, that it works on the task. */
  get isHeld(): boolean {
    return this.#mode === 'working' || this.#mode === 'delivering';
  }

  /** Whether its handler runs. */
  get isWorking(): boolean {
    return this.#isWorking;
  }

  /** Takes the task away from its handler. */
  drop(reason: DropReason): void {
    const overtaken =
      this.#mode === 'delivering' &&
      (reason === 'cancelled' || reason === 'lost');
    // The answer to the result itself says more than a heartbeat sent before it.
    if (!this.isHeld || overtaken) {
      return;
    }
    this.#mode = 'dropped';
    this.#held.abort(new TaskDroppedError(reason));
    void this.#logs.flush();
    this.#droppedTimer = setTimeout(
      () => this.#over.abort(new TaskDroppedError(reason)),
      DROPPED_MS,
    );
  }

  async #run(onWorked: (ms: number) => void): Promise<void> {
    const { task, handler, logger } = this.#options;
    // The handler's synchronous part must not run inside the constructor.
    await undefined;
    const startedAt = performance.now();
    const outcome = await this.#outcomeOf(handler);
    this.#isWorking = false;
    onWorked(performance.now() - startedAt);
    if (this.#mode === 'dropped') {
      logger.info(
        `Task ${task.id} (${task.title}) was dropped: ${this.#held.signal.reason.message}`,
      );
    } else {
      this.#mode = 'delivering';
    }
    await this.#logs.close();
    if (this.#mode === 'delivering') {
      await this.#deliver(outcome);
    }
    this.#mode = 'ended';
    clearTimeout(this.#droppedTimer);
    // Ends what the handler left behind.
    this.#held.abort(new TaskDroppedError('lost'));
    this.#over.abort(new TaskDroppedError('lost'));
  }

  async #outcomeOf(handler: TaskHandler): Promise<Outcome> {
    const { task } = this;
    try {
      const result = await inSpan(
        {
          name: `task ${task.type}`,
          kind: SpanKind.CONSUMER,
          parent: task.traceparent,
          attributes: {
            'devart.task.id': task.id,
            'devart.task.attempt': task.attempt,
          },
        },
        async ({ traceparent }) => {
          this.#traceparent = traceparent;
          return handler(task, this.#createContext());
        },
      );
      return { kind: 'succeeded', ...(result ?? {}) };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  async #deliver(outcome: Outcome): Promise<void> {
    const { task, logger } = this.#options;
    try {
      if (outcome.kind === 'failed') {
        await this.#reportFailure(outcome.error);
      } else {
        await this.#complete(outcome);
      }
    } catch (error) {
      const problem = apiProblemOf(error);
      const why =
        error instanceof TaskDroppedError ? error.message : problem.message;
      logger.warn(
        `The result of task ${task.id} (${task.title}) is dropped: ${why}`,
      );
    }
  }

  async #complete(
    outcome: Extract<Outcome, { kind: 'succeeded' }>,
  ): Promise<void> {
    const { task, logger, completions } = this.#options;
    const { output = {}, summary } = outcome;
    try {
      const completion = {
        ...this.#fence(),
        output,
        summary:
          summary === undefined
            ? undefined
            : storableText(summary, MAX_SUMMARY_CHARACTERS),
      };
      await this.#persistently(
        () =>
          completions.complete(completion, () =>
            this.#client.tasks.complete(completion),
          ),
        this.#over.signal,
      );
      logger.info(`Task ${task.id} (${task.title}) is done`);
    } catch (error) {
      const { kind, message } = apiProblemOf(error);
      if (kind === 'rejected' || kind === 'fault') {
        await this.#reportFailure(
          new PermanentError(`The result was not accepted: ${message}`),
        );
        return;
      }
      throw error;
    }
  }

  async #reportFailure(error: unknown): Promise<void> {
    const { task, logger } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    const retryable = !(error instanceof PermanentError);
    const { status, retryAt } = await this.#persistently(
      () =>
        this.#client.tasks.reportFailure({
          ...this.#fence(),
          error: storableText(message || 'Unknown error', MAX_ERROR_CHARACTERS),
          retryable,
        }),
      this.#over.signal,
    );
    logger.warn(
      `Task ${task.id} (${task.title}) failed: ${message}; it is ${status}${
        retryAt ? ` and tried again at ${retryAt}` : ''
      }`,
    );
  }

  #createContext(): TaskContext {
    const { task, progressIntervalMs } = this.#options;
    const { signal } = this.#held;
    const client = this.#options.createClient({
      traceparent: () => this.#traceparent,
      signal,
    });
    const progress = new ProgressReporter({
      send: async report => {
        await client.tasks.reportProgress({ ...this.#fence(), ...report });
      },
      intervalMs: progressIntervalMs,
      signal,
    });
    const log = (level: LogLevel) => (message: string) =>
      this.#logs.append(level, message);
    let successors = 0;

    return {
      log: {
        debug: log('debug'),
        info: log('info'),
        warn: log('warn'),
        error: log('error'),
      },
      signal,
      traceparent: this.#traceparent,
      progress: (percent, message) => progress.report(percent, message),
      models: () => ({
        ...this.#options.modelAccess(),
        headers: {
          'x-devart-task': task.id,
          'x-devart-attempt': String(task.attempt),
          ...(this.#traceparent ? { traceparent: this.#traceparent } : {}),
        },
      }),
      request: call => this.#persistently(() => call(client), signal),
      addArtifact: async artifact => {
        const input = { ...this.#fence(), ...encodeArtifact(artifact) };
        await this.#persistently(() => client.tasks.addArtifact(input), signal);
      },
      createSuccessor: input => {
        successors += 1;
        const successor: OperationInput<
          Operations['tasks']['createSuccessor']
        > = {
          idempotencyKey: `${task.id}:${task.attempt}:${successors}`,
          ...input,
          ...this.#fence(),
        };
        return this.#persistently(
          () => client.tasks.createSuccessor(successor),
          signal,
        );
      },
      recordSolution: async solution => {
        const input = {
          ...this.#fence(),
          solution: storableText(solution, MAX_SOLUTION_CHARACTERS),
        };
        await this.#persistently(
          () => client.tasks.recordSolution(input),
          signal,
        );
      },
    };
  }

  #fence(): { id: string; attempt: number } {
    return { id: this.task.id, attempt: this.task.attempt };
  }

  #persistently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return untilAnswered({
      call,
      backoff: new Backoff(this.#options.backoff),
      signal,
    });
  }
}

function encodeArtifact(artifact: Artifact) {
  const { name, content } = artifact;
  const isText = typeof content === 'string';
  return {
    name,
    mediaType:
      artifact.mediaType ??
      (isText ? 'text/plain' : 'application/octet-stream'),
    contentBase64: (isText
      ? Buffer.from(content, 'utf8')
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    ).toString('base64'),
  };
}
