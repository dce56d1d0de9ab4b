import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { OpenAI } from 'openai';
import { answerWith, type Answer } from './Answer';
import type { Fault } from './Fault';
import { requestSchemas, type ModelPath } from './requestSchemas';

/** A call as it came. */
export interface ReceivedCall {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** The caller broke the connection off before the end of the answer. */
  isAborted: boolean;
}

/** How the stand-in behaves. */
export interface StandInOpenAIOptions {
  apiKey?: string;
  models?: string[];
  /** What every model says. */
  answer?: string;
  /** Between two events of a stream. */
  pauseMs?: number;
}

const DEFAULT_ANSWER =
  'A gateway passes calls of models on, counts their tokens and says what they cost.';

function numberOrUndefined(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/**
 * A server that speaks OpenAI's protocol as far as the gateway uses it, with
 * models that always say the same. It refuses what OpenAI would refuse, and
 * breaks down when it is told to.
 */
export class StandInOpenAI {
  static async start(
    options: StandInOpenAIOptions = {},
  ): Promise<StandInOpenAI> {
    const standIn = new StandInOpenAI(options);
    standIn.#server.listen(0, '127.0.0.1');
    await once(standIn.#server, 'listening');
    return standIn;
  }

  readonly apiKey: string;
  /** Every call of a model, in the order in which they came. */
  readonly calls: ReceivedCall[] = [];
  /** Why requests were refused that OpenAI would refuse. */
  readonly violations: string[] = [];
  answer: string;
  pauseMs: number;
  readonly #models: readonly string[];
  readonly #server: http.Server;
  readonly #faults: Fault[] = [];

  private constructor(options: StandInOpenAIOptions) {
    this.apiKey = options.apiKey ?? `sk-stand-in-${randomUUID()}`;
    this.answer = options.answer ?? DEFAULT_ANSWER;
    this.pauseMs = options.pauseMs ?? 0;
    this.#models = options.models ?? ['gpt-4o-mini', 'text-embedding-3-small'];
    this.#server = http.createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** What a client is given as its base URL. */
  get baseUrl(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/v1`;
  }

  /** Lets the next calls of models go wrong, one after the other. */
  inject(...faults: Fault[]): void {
    this.#faults.push(...faults);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const path = request.url!.split('?')[0];
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    if (request.headers.authorization !== `Bearer ${this.apiKey}`) {
      refuse(response, 401, `Incorrect API key provided: ${this.apiKey}`);
      return;
    }
    if (request.method === 'GET' && path === '/v1/models') {
      send(response, {
        object: 'list',
        data: this.#models.map(id => ({
          id,
          object: 'model',
          created: 1_700_000_000,
          owned_by: 'stand-in',
        })),
      });
      return;
    }
    if (request.method !== 'POST' || !Object.hasOwn(requestSchemas, path)) {
      refuse(response, 404, `Unknown request URL: ${request.method} ${path}`);
      return;
    }
    await this.#call(path as ModelPath, Buffer.concat(chunks), {
      request,
      response,
    });
  }

  async #call(
    path: ModelPath,
    bytes: Buffer,
    {
      request,
      response,
    }: {
      request: http.IncomingMessage;
      response: http.ServerResponse;
    },
  ): Promise<void> {
    const body = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    const call = { path, headers: request.headers, body, isAborted: false };
    this.calls.push(call);
    response.once('close', () => {
      call.isAborted = !response.writableFinished;
    });
    const parsed = requestSchemas[path].safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const message = `${issue.path.join('.')}: ${issue.message}`;
      this.violations.push(message);
      refuse(response, 400, message, issue.path.join('.'));
      return;
    }
    if (!this.#models.includes(String(body.model))) {
      refuse(response, 404, `The model ${body.model} does not exist`, 'model');
      return;
    }
    const fault = this.#faults.shift();
    if (fault?.kind === 'status') {
      refuse(response, fault.status, 'Not now', undefined, fault.headers);
      return;
    }
    if (fault?.kind === 'slow_first_byte') {
      await pause(fault.ms);
    }
    if (path === '/v1/embeddings') {
      this.#embed(body, response, fault);
      return;
    }
    const answer = answerWith(this.answer, {
      input: body.messages ?? [body.instructions, body.input],
      maxTokens: numberOrUndefined(
        body.max_completion_tokens ?? body.max_tokens ?? body.max_output_tokens,
      ),
    });
    const isChat = path === '/v1/chat/completions';
    if (body.stream !== true) {
      if (fault?.kind === 'cut') {
        response.destroy();
        return;
      }
      send(
        response,
        isChat
          ? completionOf(body, answer, fault)
          : responseOf(body, answer, fault),
      );
      return;
    }
    await this.#stream(
      isChat
        ? chatEvents(body, answer, fault)
        : responseEvents(body, answer, fault),
      response,
      fault,
    );
  }

  #embed(
    body: Record<string, unknown>,
    response: http.ServerResponse,
    fault: Fault | undefined,
  ): void {
    const inputs = Array.isArray(body.input) ? body.input : [body.input];
    const { inputTokens } = answerWith('', { input: body.input });
    const usage = { prompt_tokens: inputTokens, total_tokens: inputTokens };
    send(response, {
      object: 'list',
      model: body.model,
      data: inputs.map((_, index) => ({
        object: 'embedding',
        index,
        embedding:
          body.encoding_format === 'base64'
            ? Buffer.from(new Float32Array([0.5, -0.5]).buffer).toString(
                'base64',
              )
            : [0.5, -0.5],
      })),
      ...(fault?.kind === 'missing_usage' ? {} : { usage }),
    });
  }

  async #stream(
    events: string[],
    response: http.ServerResponse,
    fault: Fault | undefined,
  ): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const [index, event] of events.entries()) {
      if (fault?.kind === 'cut' && index === fault.afterEvents) {
        // What was written is sent before the connection goes.
        await pause(20);
        response.destroy();
        return;
      }
      if (fault?.kind === 'silence' && index === fault.afterEvents) {
        return;
      }
      if (fault?.kind === 'malformed' && index === 3) {
        response.write('data: {"choices": [{"delta"\n\n');
      }
      if (response.destroyed) {
        return;
      }
      response.write(event);
      if (this.pauseMs > 0) {
        await pause(this.pauseMs);
      }
    }
    response.end();
  }
}

function send(response: http.ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function refuse(
  response: http.ServerResponse,
  status: number,
  message: string,
  param?: string,
  headers?: Record<string, string>,
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...headers,
  });
  response.end(
    JSON.stringify({
      error: {
        message,
        type: status === 429 ? 'rate_limit_error' : 'invalid_request_error',
        param: param ?? null,
        code: null,
      },
    }),
  );
}

/** The tokens of an answer, or what a fault makes of them; nothing when it hides them. */
function countsOf(answer: Answer, fault: Fault | undefined) {
  if (fault?.kind === 'missing_usage') {
    return undefined;
  }
  return fault?.kind === 'wrong_usage'
    ? { input: fault.input as number, output: fault.output as number }
    : { input: answer.inputTokens, output: answer.tokens.length };
}

function chatUsage(
  answer: Answer,
  fault: Fault | undefined,
): OpenAI.CompletionUsage | undefined {
  const counts = countsOf(answer, fault);
  return (
    counts && {
      prompt_tokens: counts.input,
      completion_tokens: counts.output,
      total_tokens: counts.input + counts.output,
    }
  );
}

function completionOf(
  body: Record<string, unknown>,
  answer: Answer,
  fault: Fault | undefined,
): OpenAI.ChatCompletion {
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: String(body.model),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.tokens.join(''),
          refusal: null,
        },
        finish_reason: answer.isCut ? 'length' : 'stop',
        logprobs: null,
      },
    ],
    usage: chatUsage(answer, fault),
  };
}

function chatEvents(
  body: Record<string, unknown>,
  answer: Answer,
  fault: Fault | undefined,
): string[] {
  const id = `chatcmpl-${randomUUID()}`;
  const chunk = (
    choices: OpenAI.ChatCompletionChunk.Choice[],
    usage?: OpenAI.CompletionUsage,
  ) => {
    const event: OpenAI.ChatCompletionChunk = {
      id,
      object: 'chat.completion.chunk',
      created: Math.floor(Date.now() / 1000),
      model: String(body.model),
      choices,
      ...(usage ? { usage } : {}),
    };
    return `data: ${JSON.stringify(event)}\n\n`;
  };
  const usage = chatUsage(answer, fault);
  const wantsUsage = (body.stream_options as { include_usage?: boolean } | null)
    ?.include_usage;
  return [
    chunk([
      {
        index: 0,
        delta: { role: 'assistant', content: '' },
        finish_reason: null,
      },
    ]),
    ...answer.tokens.map(content =>
      chunk([{ index: 0, delta: { content }, finish_reason: null }]),
    ),
    chunk([
      {
        index: 0,
        delta: {},
        finish_reason: answer.isCut ? 'length' : 'stop',
      },
    ]),
    ...(wantsUsage && usage ? [chunk([], usage)] : []),
    'data: [DONE]\n\n',
  ];
}

function responseOf(
  body: Record<string, unknown>,
  answer: Answer,
  fault: Fault | undefined,
) {
  const counts = countsOf(answer, fault);
  return {
    id: `resp_${randomUUID()}`,
    object: 'response' as const,
    created_at: Math.floor(Date.now() / 1000),
    status: answer.isCut ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: answer.isCut ? { reason: 'max_output_tokens' } : null,
    instructions: body.instructions ?? null,
    metadata: {},
    model: body.model,
    output: [
      {
        id: `msg_${randomUUID()}`,
        type: 'message',
        role: 'assistant',
        status: answer.isCut ? 'incomplete' : 'completed',
        content: [
          {
            type: 'output_text',
            text: answer.tokens.join(''),
            annotations: [],
          },
        ],
      },
    ],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    store: body.store ?? true,
    ...(counts
      ? {
          usage: {
            input_tokens: counts.input,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: counts.output,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: counts.input + counts.output,
          },
        }
      : {}),
  };
}

function responseEvents(
  body: Record<string, unknown>,
  answer: Answer,
  fault: Fault | undefined,
): string[] {
  const whole = responseOf(body, answer, fault);
  const begun = { ...whole, status: 'in_progress', output: [], usage: null };
  const [{ id: itemId }] = whole.output;
  const last = answer.isCut ? 'response.incomplete' : 'response.completed';
  const events = [
    { type: 'response.created', response: begun },
    ...answer.tokens.map(delta => ({
      type: 'response.output_text.delta',
      item_id: itemId,
      output_index: 0,
      content_index: 0,
      delta,
      logprobs: [],
    })),
    { type: last, response: whole },
  ];
  return events.map(
    (event, index) =>
      `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`,
  );
}
