import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  allOperations,
  pathInputs,
  takesQuery,
  type Agent,
  type ClaimedTask,
  type Operation,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { pause } from '../pause';

/** A call as it came in. */
export interface RecordedCall {
  operation: string;
  input: Record<string, any>;
  traceparent: string | undefined;
  at: number;
  status: number;
}

/** What happens to a call instead of an answer. */
export type Interference =
  | { cut: 'before' | 'after' }
  | { hang: true }
  | { status: number; message?: string; headers?: Record<string, string> };

/** A task and everything that was said about it. */
export interface KeptTask {
  claimed: ClaimedTask;
  status:
    | 'queued'
    | 'running'
    | 'waiting'
    | 'succeeded'
    | 'failed'
    | 'cancelled'
    | 'dead_letter';
  sessionId?: string;
  /** When it was handed out over a stream. */
  pushedAt?: number;
  output?: Record<string, unknown>;
  summary?: string;
  errors: { error: string; retryable: boolean }[];
  lines: string[];
  batches: Set<string>;
  progress: { percent: number; message?: string }[];
  artifacts: Map<string, Buffer>;
  solutions: string[];
  successors: Record<string, any>[];
}

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const TOKEN = 'dve_token';
/**
 * How long what was pushed may be on its way. A third of a lease is too short
 * for a process that is both sides at once, on a machine that is busy.
 */
const YOUNG_MS = 3000;
const TRACEPARENT = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';

type Answer = (input: Record<string, any>, gone: AbortSignal) => unknown;

/**
 * A control plane for one agent, over HTTP. Every request is checked against
 * the contract of its operation, and so is every answer.
 */
export class ControlPlaneServer {
  readonly calls: RecordedCall[] = [];
  readonly tasks = new Map<string, KeptTask>();
  /** What is wrong with requests by the contract; empty when all is well. */
  readonly violations: string[] = [];
  readonly sessions = new Map<string, { closed: boolean }>();
  readonly key = `dvk_${'k'.repeat(32)}`;
  readonly agentId = uuidv7();
  interfere: (call: {
    operation: string;
    input: Record<string, any>;
  }) => Interference | undefined = () => undefined;
  intervalSeconds = 0.5;
  leaseSeconds = 1.5;
  agentStatus: Agent['status'] = 'idle';
  enrolled = false;
  /** Whether it has streams; without, they are answered 404. */
  streams = true;
  readonly #open = new Map<
    string,
    { response: http.ServerResponse; hold: number }
  >();
  #server?: http.Server;
  #port = 0;
  readonly #waiting = new Set<() => void>();

  static async start(): Promise<ControlPlaneServer> {
    const server = new ControlPlaneServer();
    await server.listen();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/api/devart`;
  }

  /** Also after `close`, at the same port. */
  async listen(): Promise<void> {
    this.#server = http.createServer((request, response) => {
      this.#handle(request, response).catch(error => {
        this.violations.push(`the server failed: ${error.stack}`);
        response.destroy();
      });
    });
    await new Promise<void>(resolve =>
      this.#server!.listen(this.#port, '127.0.0.1', resolve),
    );
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    }
    this.#open.clear();
    this.#wakeClaims();
  }

  /** How many streams are open. */
  get openStreams(): number {
    return this.#open.size;
  }

  /** Ends all streams, saying why, or without a word. */
  endStreams(reason?: string): void {
    for (const { response } of this.#open.values()) {
      if (reason) {
        send(response, 'end', { reason, message: `because of ${reason}` });
        response.end();
      } else {
        response.destroy();
      }
    }
    this.#open.clear();
  }

  addTask(task: Partial<ClaimedTask> = {}): KeptTask {
    const kept: KeptTask = {
      claimed: {
        id: uuidv7(),
        attempt: 1,
        title: 'A task',
        description: '',
        type: 'general',
        priority: 'medium',
        capabilities: [],
        input: {},
        maxAttempts: 3,
        traceparent: TRACEPARENT,
        leaseExpiresAt: new Date(Date.now() + 30_000).toISOString(),
        ...task,
      },
      status: 'queued',
      errors: [],
      lines: [],
      batches: new Set(),
      progress: [],
      artifacts: new Map(),
      solutions: [],
      successors: [],
    };
    this.tasks.set(kept.claimed.id, kept);
    this.#wakeClaims();
    this.#push();
    return kept;
  }

  /** Cancels a task, as a person would. */
  cancel(kept: KeptTask): void {
    kept.status = 'cancelled';
  }

  /** Gives a running task back to the queue, as a lease that ended would. */
  takeBack(kept: KeptTask): void {
    kept.status = 'queued';
    kept.sessionId = undefined;
    kept.claimed = { ...kept.claimed, attempt: kept.claimed.attempt + 1 };
    this.#push();
  }

  callsOf(operation: string): RecordedCall[] {
    return this.calls.filter(call => call.operation === operation);
  }

  async #handle(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url!, 'http://localhost');
    const path = url.pathname.replace(/^\/api\/devart/, '');
    const operation = findOperation(request.method!, path);
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    if (!operation) {
      this.violations.push(`no operation ${request.method} ${path}`);
      respond(response, 404, problem(404, 'no such operation'));
      return;
    }
    const input = {
      ...(takesQuery(operation)
        ? Object.fromEntries(url.searchParams)
        : JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')),
      ...pathValues(operation, path),
    };
    const call: RecordedCall = {
      operation: operation.id,
      input,
      traceparent: request.headers.traceparent as string | undefined,
      at: Date.now(),
      status: 0,
    };
    this.calls.push(call);
    this.#checkTrace(call);

    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
      this.#wakeClaims();
    });
    const interference = this.interfere({ operation: operation.id, input });
    if (interference && 'hang' in interference) {
      return;
    }
    if (interference && 'cut' in interference) {
      if (interference.cut === 'after') {
        await this.#answer(operation, input, request, gone.signal);
      }
      request.socket.destroy();
      return;
    }
    if (interference) {
      const { status, message = 'interference', headers } = interference;
      call.status = status;
      respond(response, status, problem(status, message), headers);
      return;
    }
    try {
      if (operation.events) {
        await this.#openStream(operation, { input, request, response });
        call.status = 200;
        return;
      }
      const output = await this.#answer(operation, input, request, gone.signal);
      this.#push();
      call.status = output === undefined ? 204 : (operation.status ?? 200);
      respond(response, call.status, output);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      call.status = error.status;
      respond(response, error.status, problem(error.status, error.message));
    }
  }

  #checkTrace({ operation, input, traceparent }: RecordedCall): void {
    const task = this.tasks.get(input.id);
    if (task && traceparent !== task.claimed.traceparent) {
      this.violations.push(`${operation}: traceparent is ${traceparent}`);
    }
  }

  async #answer(
    operation: Operation,
    input: Record<string, any>,
    request: http.IncomingMessage,
    gone: AbortSignal,
  ): Promise<unknown> {
    if (operation.id !== 'agents.enrol') {
      if (request.headers.authorization !== `Bearer ${this.key}`) {
        throw new Refusal(401, 'The key is not the key of an agent');
      }
      const refused = ['pending', 'inactive', 'halted'].includes(
        this.agentStatus,
      );
      if (refused && operation.id !== 'agents.me') {
        throw new Refusal(403, `The agent is ${this.agentStatus}`);
      }
    }
    const parsed = operation.input.safeParse(input);
    if (!parsed.success) {
      const violation = `${operation.id}: ${parsed.error.message}`;
      this.violations.push(violation);
      throw new Refusal(400, violation);
    }
    const answer = this.#answers[operation.id];
    if (!answer) {
      throw new Error(`no answer for ${operation.id}`);
    }
    const output = await answer(parsed.data as Record<string, any>, gone);
    return output === undefined ? undefined : operation.output.parse(output);
  }

  async #openStream(
    operation: Operation,
    call: {
      input: Record<string, any>;
      request: http.IncomingMessage;
      response: http.ServerResponse;
    },
  ): Promise<void> {
    const { input, request, response } = call;
    if (!this.streams) {
      throw new Refusal(404, 'There is no operation GET /agents/…/stream');
    }
    await this.#answer(
      operation,
      { ...input, hold: Number(input.hold) },
      request,
      new AbortController().signal,
    );
    const { sessionId } = input;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const stream = { response, hold: Number(input.hold) };
    this.#open.set(sessionId, stream);
    response.once('close', () => {
      if (this.#open.get(sessionId) === stream) {
        this.#open.delete(sessionId);
      }
    });
    send(response, 'open', { sessionId, keepAliveSeconds: 5 });
    this.#push();
  }

  /** Hands out over the streams what they have room for. */
  #push(): void {
    for (const [sessionId, { response, hold }] of this.#open) {
      const all = [...this.tasks.values()];
      const held = all.filter(
        task => task.status === 'running' && task.sessionId === sessionId,
      ).length;
      const tasks = all
        .filter(
          task => task.status === 'queued' && task.sessionId === undefined,
        )
        .slice(0, Math.max(0, hold - held));
      for (const task of tasks) {
        task.status = 'running';
        task.sessionId = sessionId;
        task.pushedAt = Date.now();
      }
      if (tasks.length > 0) {
        send(response, 'tasks', { tasks: tasks.map(task => task.claimed) });
      }
    }
  }

  readonly #answers: Record<string, Answer> = {
    'agents.stream': () => undefined,
    'agents.setHold': input => {
      const stream = this.#open.get(input.sessionId);
      if (stream) {
        stream.hold = input.hold;
      }
    },
    'agents.returnTasks': input => {
      for (const { taskId, attempt } of input.tasks) {
        const task = this.tasks.get(taskId);
        if (task?.status === 'running' && task.claimed.attempt === attempt) {
          this.takeBack(task);
        }
      }
    },
    'agents.me': () => this.#agent(),
    'agents.enrol': input => {
      if (input.token !== TOKEN) {
        throw new Refusal(401, 'The enrolment token is not valid');
      }
      if (this.enrolled) {
        throw new Refusal(409, `name: there is an agent named ${input.name}`);
      }
      this.enrolled = true;
      return { agent: this.#agent(), key: this.key };
    },
    'agents.heartbeat': input => this.#heartbeat(input),
    'agents.claim': (input, gone) => this.#claim(input, gone),
    'tasks.setStatus': input => {
      const task = this.#held(input);
      task.status = input.status;
      return taskAnswer(task);
    },
    'tasks.complete': input => {
      const task = this.tasks.get(input.id);
      if (
        task?.status === 'succeeded' &&
        task.claimed.attempt === input.attempt
      ) {
        return taskAnswer(task);
      }
      const held = this.#held(input);
      held.status = 'succeeded';
      held.output = input.output;
      held.summary = input.summary;
      return taskAnswer(held);
    },
    'agents.completeTasks': input => ({
      results: input.tasks.map((end: Record<string, any>) => {
        const { id, attempt } = end;
        try {
          this.#answers['tasks.complete'](end, new AbortController().signal);
          return { id, attempt };
        } catch (error) {
          const { status, message } = error as Refusal;
          return { id, attempt, refused: { status, message } };
        }
      }),
    }),
    'tasks.reportFailure': input => {
      const task = this.#held(input);
      task.errors.push({ error: input.error, retryable: input.retryable });
      task.status = input.retryable ? 'queued' : 'dead_letter';
      // Not handed out again by itself: that is the control plane's to prove.
      task.sessionId = 'none';
      return { status: task.status };
    },
    'tasks.reportProgress': input => {
      const { percent, message } = input;
      this.#held(input).progress.push({ percent, message });
    },
    'tasks.appendLogs': input => {
      const task = this.#held(input);
      if (!task.batches.has(input.batch)) {
        task.batches.add(input.batch);
        task.lines.push(
          ...input.lines.map((line: { message: string }) => line.message),
        );
      }
    },
    'tasks.addArtifact': input => {
      const content = Buffer.from(input.contentBase64, 'base64');
      this.#held(input).artifacts.set(input.name, content);
      return {
        id: uuidv7(),
        attempt: input.attempt,
        name: input.name,
        mediaType: input.mediaType,
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
        createdAt: new Date().toISOString(),
      };
    },
    'tasks.createSuccessor': input => {
      const task = this.#held(input);
      const known = task.successors.some(
        ({ idempotencyKey }) => idempotencyKey === input.idempotencyKey,
      );
      if (!known) {
        task.successors.push(input);
      }
      return taskAnswer(task);
    },
    'tasks.recordSolution': input => {
      this.#held(input).solutions.push(input.solution);
    },
  };

  #heartbeat(input: Record<string, any>): unknown {
    const running: { taskId: string; attempt: number }[] = input.running;
    this.sessions.set(input.sessionId, { closed: input.closing });
    const dropped = running.flatMap(({ taskId, attempt }) => {
      const task = this.tasks.get(taskId);
      const holds =
        task?.status === 'running' && task.claimed.attempt === attempt;
      const reason = task?.status === 'cancelled' ? 'cancelled' : 'lost';
      return holds ? [] : [{ taskId, attempt, reason }];
    });
    for (const task of this.tasks.values()) {
      const named = running.some(({ taskId }) => taskId === task.claimed.id);
      // What was just pushed may still be on its way.
      const isYoung =
        !input.closing &&
        task.pushedAt !== undefined &&
        Date.now() - task.pushedAt < YOUNG_MS;
      if (
        task.status === 'running' &&
        task.sessionId === input.sessionId &&
        !named &&
        !isYoung
      ) {
        this.takeBack(task);
      }
    }
    return {
      sessionId: input.sessionId,
      intervalSeconds: this.intervalSeconds,
      leaseSeconds: this.leaseSeconds,
      dropped,
    };
  }

  async #claim(
    input: Record<string, any>,
    gone: AbortSignal,
  ): Promise<unknown> {
    const until = Date.now() + input.waitSeconds * 1000;
    for (;;) {
      if (gone.aborted) {
        return undefined;
      }
      const tasks = [...this.tasks.values()]
        .filter(
          task => task.status === 'queued' && task.sessionId === undefined,
        )
        .slice(0, input.max);
      for (const task of tasks) {
        task.status = 'running';
        task.sessionId = input.sessionId;
      }
      if (tasks.length > 0) {
        return { tasks: tasks.map(task => task.claimed) };
      }
      const left = until - Date.now();
      if (left <= 0 || !this.#server) {
        return undefined;
      }
      const woken = new AbortController();
      const wake = () => woken.abort();
      this.#waiting.add(wake);
      await pause(left, woken.signal);
      this.#waiting.delete(wake);
    }
  }

  #wakeClaims(): void {
    for (const wake of this.#waiting) {
      wake();
    }
  }

  #held(input: Record<string, any>): KeptTask {
    const task = this.tasks.get(input.id);
    if (!task) {
      throw new Refusal(404, `There is no task ${input.id}`);
    }
    if (task.status !== 'running' || task.claimed.attempt !== input.attempt) {
      throw new Refusal(409, `attempt ${input.attempt} is not running`);
    }
    return task;
  }

  #agent(): Agent {
    const now = new Date().toISOString();
    return {
      id: this.agentId,
      name: 'worker',
      description: '',
      entityRef: 'airesource:default/worker',
      managedBy: 'api',
      capabilities: [],
      activation: this.agentStatus === 'pending' ? 'pending' : 'active',
      status: this.agentStatus,
      maxConcurrent: 4,
      runningTasks: 0,
      keys: [],
      createdBy: 'user:default/ada',
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
  }
}

function send(
  response: http.ServerResponse,
  event: string,
  data: unknown,
): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function taskAnswer(task: KeptTask) {
  const { claimed } = task;
  const now = new Date().toISOString();
  return {
    ...claimed,
    status: task.status,
    successors: 0,
    costMicros: 0,
    createdBy: 'user:default/ada',
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}

function findOperation(method: string, path: string): Operation | undefined {
  return allOperations.find(
    operation =>
      operation.method === method &&
      new RegExp(`^${operation.path.replace(/:[A-Za-z]+/g, '[^/]+')}$`).test(
        path,
      ),
  );
}

function pathValues(operation: Operation, path: string) {
  const values = path.split('/');
  const names = operation.path.split('/');
  return Object.fromEntries(
    pathInputs(operation).map(name => [
      name,
      decodeURIComponent(values[names.indexOf(`:${name}`)]),
    ]),
  );
}

/** An error as Backstage answers it. */
function problem(statusCode: number, message: string) {
  return {
    error: { name: 'Error', message },
    request: { method: 'GET', url: '/' },
    response: { statusCode },
  };
}

function respond(
  response: http.ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    ...headers,
    ...(status === 204 ? {} : { 'content-type': 'application/json' }),
  });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}
