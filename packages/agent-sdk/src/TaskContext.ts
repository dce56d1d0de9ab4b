import type {
  ClaimedTask,
  DevartClient,
  OperationInput,
  Operations,
  Task,
} from '@devart/plugin-devart-common';
import type { AgentLogger } from './AgentLogger';

/**
 * A file that an attempt leaves behind.
 *
 * @public
 */
export interface Artifact {
  /** Letters, digits and `. _ -`, at most 120 characters. The same name replaces. */
  name: string;
  /** `text/plain` for text and `application/octet-stream` for bytes unless said otherwise. */
  mediaType?: string;
  /** At most 1 MiB. */
  content: string | Uint8Array;
}

/**
 * What a successor is created with; see the operation `tasks.createSuccessor`.
 *
 * @public
 */
export type SuccessorInput = Omit<
  OperationInput<Operations['tasks']['createSuccessor']>,
  'id' | 'attempt'
>;

/**
 * Where the models of the portal are, and what to send along.
 *
 * @public
 */
export interface ModelAccess {
  /** Ends in `/gateway/v1`. */
  baseUrl: string;
  /** The key of the agent. */
  apiKey: string;
  /** Names the task, which is charged, and its trace. */
  headers: Record<string, string>;
}

/**
 * What a handler gets along with its task. Everything it sends survives an
 * outage of the control plane; when the task is no longer the agent's, calls
 * throw a `TaskDroppedError`.
 *
 * @public
 */
export interface TaskContext {
  /** The log that people read on the task's page. Lines are sent in batches. */
  readonly log: AgentLogger;
  /**
   * Aborted, with a `TaskDroppedError`, when the task was cancelled or given
   * to somebody else, when the agent may not work any more, or when it stops.
   */
  readonly signal: AbortSignal;
  /** W3C trace context of the task; hand it on to whatever is called for it. */
  readonly traceparent: string | undefined;
  /** Says how far the attempt has come, 0 to 100. Overtaken reports are not sent. */
  progress(percent: number, message?: string): void;
  /** Keeps a file with the task. */
  addArtifact(artifact: Artifact): Promise<void>;
  /**
   * Creates a task that follows from this one. Without an idempotency key it
   * gets one, so that an answer that was lost creates nothing twice.
   */
  createSuccessor(input: SuccessorInput): Promise<Task>;
  /** Leaves in the history that a known solution was applied. */
  recordSolution(solution: string): Promise<void>;
  /**
   * How clients of OpenAI's protocol reach the models of the portal, in the name
   * of the agent and for this task: `new OpenAI({ baseURL, apiKey,
   * defaultHeaders })`. Ask anew for each client: keys are rotated.
   */
  models(): ModelAccess;
  /**
   * Makes any other call about the task, again and again while the control
   * plane cannot be reached: `context.request(client =>
   * client.reviews.checkout({ id: task.id, attempt: task.attempt }))`.
   */
  request<T>(call: (client: DevartClient) => Promise<T>): Promise<T>;
}

/**
 * What a handler made of its task.
 *
 * @public
 */
export interface TaskResult {
  /** The task's output: at most 256 KiB of JSON. */
  output?: Record<string, unknown>;
  /** A sentence or two for the task's history. */
  summary?: string;
}

/**
 * Works on a task. What it returns ends the task as succeeded; what it throws
 * ends the attempt as failed, to be tried again unless it is a
 * `PermanentError`.
 *
 * @public
 */
export type TaskHandler = (
  task: ClaimedTask,
  context: TaskContext,
  // Handlers without anything to tell are written without a return.
) => Promise<TaskResult | void> | TaskResult | void;
