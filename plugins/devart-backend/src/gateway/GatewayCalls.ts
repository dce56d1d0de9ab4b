import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import { inSpan, type ActiveSpan } from '@devart/plugin-devart-common';
import {
  UnreachedUpstreamError,
  type ModelResponse,
} from '@devart/plugin-devart-node';
import { SpanKind, type Attributes } from '@opentelemetry/api';
import type { Response } from 'express';
import type { AgentCaller } from '../access/Caller';
import type { SpendingTask } from '../budgets/Attributor';
import type { Refused } from '../budgets/charges';
import type { ServiceRow } from '../budgets/ServiceStore';
import { AnswerTally } from './AnswerTally';
import type { CallLimits } from './CallLimits';
import { CallWatch } from './CallWatch';
import type { AskedCall, CallPlanner, PlannedCall } from './CallPlanner';
import { isMap } from './endpoints/json';
import { GatewayError } from './GatewayError';
import type { GatewayMetrics } from './GatewayMetrics';
import { isModelAllowed } from './isModelAllowed';
import type { Settler } from './metering/Settler';
import type { TokenCounter } from './metering/TokenCounter';
import { plausibleUsage, type Usage } from './metering/Usage';
import { costOf } from './prices/ModelPrice';
import { readWhole } from './readWhole';
import type { Recorder } from './Recorder';
import { redactSecrets } from './redactSecrets';
import { refusalError } from './refusalError';
import { relayStream } from './relayStream';
import { sendWithRetries } from './sendWithRetries';
import type { FoundModel, ModelCatalog } from './upstreams/ModelCatalog';

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 256 * 1024;

/** How long calls may go on when the backend stops. */
const DRAIN_MS = 5000;

const COST_HEADER = 'x-devart-cost-micros';

/** Compression would hold events back, and so would proxies that buffer. */
const UNCHANGED = {
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/** Lets the task of a call wait for somebody to increase a budget, where that would help. */
export type BudgetPauser = (
  agent: AgentCaller,
  pause: SpendingTask & { service: ServiceRow; refused: Refused },
) => Promise<{ id: string } | undefined>;

/** What is known when a call has ended. */
interface EndedCall {
  tally: AnswerTally;
  /** Undefined when nobody knows. */
  usage?: Usage;
  /** Why it is not as it should be. */
  error?: string;
}

/**
 * Calls of models: who may, who pays, what came of it. Money is held back before
 * the upstream is called and settled after the last byte went out, by what was
 * used. Whoever hangs up pays for what was produced until then.
 */
export class GatewayCalls {
  readonly #options: {
    catalog: ModelCatalog;
    planner: CallPlanner;
    limits: CallLimits;
    counter: TokenCounter;
    settler: Settler;
    metrics: GatewayMetrics;
    recorder: Recorder;
    logger: LoggerService;
    retries: number;
    /** The keys of upstreams, which no log and no answer may show. */
    secrets: readonly string[];
  };
  #pauser: BudgetPauser | undefined;
  readonly #running = new Map<CallWatch, Promise<unknown>>();

  constructor(options: GatewayCalls['#options']) {
    this.#options = options;
  }

  /** Says who lets tasks wait when nobody can pay and a person is to be asked. */
  pauseWith(pauser: BudgetPauser): void {
    this.#pauser = pauser;
  }

  /**
   * Makes a call and answers it.
   *
   * @throws GatewayError when it was not made; nothing was sent then.
   */
  async make(
    call: AskedCall,
    response: Response,
    traceparent?: string,
  ): Promise<void> {
    const { agent, endpoint, body } = call;
    endpoint.check(body);
    const found = this.#options.catalog.resolve(body.model);
    if (!isModelAllowed(agent.allowedModels, found)) {
      throw new GatewayError(
        `This agent may not use the model '${body.model}'`,
        {
          status: 403,
          type: 'invalid_request_error',
          code: 'model_not_allowed',
          param: 'model',
        },
      );
    }
    const end = this.#options.limits.begin(agent.keyId);
    try {
      await inSpan(
        {
          name: `${endpoint.operation} ${found.model.name}`,
          kind: SpanKind.CLIENT,
          parent: traceparent,
          attributes: requestAttributes(call, found),
          isFailure: error =>
            !(error instanceof GatewayError) || error.status >= 500,
        },
        span => this.#inSpan(call, found, response, span),
      );
    } finally {
      end();
    }
  }

  /** Lets calls come to their end, and cuts those off that take longer than a moment. */
  async drain(): Promise<void> {
    const all = Promise.allSettled(this.#running.values());
    const cutOff = setTimeout(() => {
      for (const watch of this.#running.keys()) {
        watch.stop();
      }
    }, DRAIN_MS);
    await all;
    clearTimeout(cutOff);
  }

  async #inSpan(
    call: AskedCall,
    found: FoundModel,
    response: Response,
    span: ActiveSpan,
  ): Promise<void> {
    const startedAt = performance.now();
    const plan = await this.#planned(call, found);
    span.setAttributes(planAttributes(plan));
    let ended: EndedCall | undefined;
    try {
      ended = await this.#perform(call, plan, response);
    } catch (error) {
      span.setAttributes({ 'error.type': errorTypeOf(error) });
      this.#options.metrics.record(plan, call, {
        seconds: (performance.now() - startedAt) / 1000,
        error: errorTypeOf(error),
      });
      throw error;
    }
    span.setAttributes(answerAttributes(ended));
    this.#options.metrics.record(plan, call, {
      seconds: (performance.now() - startedAt) / 1000,
      usage: ended.usage,
      error: ended.error,
    });
  }

  async #planned(call: AskedCall, found: FoundModel): Promise<PlannedCall> {
    const plan = await this.#options.planner.plan(call, found);
    if ('reserving' in plan) {
      return plan;
    }
    const { agent, task } = call;
    const { refused, service } = plan;
    const approval =
      refused.onExhausted === 'ask' && task
        ? await this.#pauser?.(agent, { ...task, service, refused })
        : undefined;
    this.#options.metrics.refused(
      refused.reason,
      approval ? 'paused' : 'rejected',
    );
    throw refusalError(plan, approval?.id);
  }

  /** Calls the upstream, answers the caller, settles. */
  async #perform(
    call: AskedCall,
    plan: PlannedCall,
    response: Response,
  ): Promise<EndedCall> {
    const watch = new CallWatch(plan.found.settings.timeouts.totalMs);
    try {
      const work = this.#performWatched(call, plan, response, watch);
      this.#running.set(watch, work);
      return await work;
    } finally {
      this.#running.delete(watch);
      watch.end();
    }
  }

  async #performWatched(
    call: AskedCall,
    plan: PlannedCall,
    response: Response,
    watch: CallWatch,
  ): Promise<EndedCall> {
    const isStream = call.body.stream === true && call.endpoint.hasOutput;
    const hangUp = () => watch.hangUp();
    // What comes in one piece is waited for, caller or not: only then is its cost known.
    if (isStream) {
      response.once('close', hangUp);
    }
    let answer: ModelResponse;
    try {
      answer = await this.#send(call, plan, isStream, watch.signal);
    } catch (error) {
      return this.#neverAnswered(call, plan, error, watch);
    } finally {
      response.removeListener('close', hangUp);
    }
    if (answer.status >= 400) {
      this.#release(plan);
      return this.#passErrorOn(plan, answer, response);
    }
    setCallHeaders(response, plan);
    return isStream
      ? this.#answerStream(call, plan, answer, response, watch)
      : this.#answerWhole(call, plan, answer, response, watch);
  }

  #send(
    call: AskedCall,
    plan: PlannedCall,
    isStream: boolean,
    signal: AbortSignal,
  ): Promise<ModelResponse> {
    const { upstream, model } = plan.found;
    return sendWithRetries(
      upstream,
      {
        endpoint: call.endpoint.path,
        model: model.name,
        body: call.endpoint.prepare(call.body, {
          model: model.name,
          maxTokens: plan.maxTokens,
          maxTokensField: upstream.maxTokensField ?? 'max_tokens',
          isStream,
        }),
        isStream,
        requestId: call.requestId,
        signal,
      },
      this.#options.retries,
    );
  }

  /** No answer began: what it costs depends on how far the call went. */
  #neverAnswered(
    call: AskedCall,
    plan: PlannedCall,
    error: unknown,
    watch: CallWatch,
  ): EndedCall {
    const { upstream } = plan.found;
    const tally = new AnswerTally();
    if (error instanceof UnreachedUpstreamError) {
      this.#release(plan);
      this.#warn(plan, 'cannot be reached', error);
      throw GatewayError.upstream(`${upstream.title} cannot be reached`, {
        status: 503,
        code: 'upstream_unreachable',
        cause: error,
      });
    }
    if (watch.isGone) {
      // It read the request and put nothing out.
      const usage = readInputOf(plan);
      this.#settle(call, plan, { tally, usage });
      return { tally, usage, error: 'hung_up' };
    }
    this.#settle(call, plan, { tally });
    this.#warn(plan, 'did not answer', error);
    const isLate =
      watch.isLate ||
      (error as { code?: string }).code === 'UND_ERR_HEADERS_TIMEOUT';
    throw isLate
      ? GatewayError.upstream(`${upstream.title} did not answer in time`, {
          status: 504,
          code: 'upstream_timeout',
          cause: error,
        })
      : GatewayError.upstream(`${upstream.title} broke the connection off`, {
          code: 'upstream_cut',
          cause: error,
        });
  }

  /** What is wrong with a request is between caller and upstream; what is wrong with our key is not. */
  async #passErrorOn(
    plan: PlannedCall,
    answer: ModelResponse,
    response: Response,
  ): Promise<EndedCall> {
    const { status, headers } = answer;
    const { title } = plan.found.upstream;
    const text = await readWhole(answer.body, MAX_ERROR_BYTES).then(
      bytes => bytes.toString('utf8'),
      () => '',
    );
    const shown = redactSecrets(text, this.#options.secrets);
    if (status === 401 || status === 403) {
      this.#warn(plan, `refused the gateway with ${status}`, shown);
      throw GatewayError.upstream(`${title} refused the gateway's own key`, {
        code: 'upstream_auth',
      });
    }
    if (status >= 500) {
      this.#warn(plan, `answered ${status}`, shown);
    }
    setCallHeaders(response, plan);
    response.setHeader(COST_HEADER, '0');
    if (headers['retry-after']) {
      response.setHeader('retry-after', headers['retry-after']);
    }
    const isError = isErrorBody(shown);
    response
      .status(status)
      .type('application/json')
      .send(
        isError
          ? shown
          : GatewayError.upstream(`${title} answered ${status}`, {
              code: 'upstream_error',
            }).body(),
      );
    return { tally: new AnswerTally(), error: String(status) };
  }

  async #answerWhole(
    call: AskedCall,
    plan: PlannedCall,
    answer: ModelResponse,
    response: Response,
    watch: CallWatch,
  ): Promise<EndedCall> {
    const { endpoint } = call;
    const tally = new AnswerTally();
    let bytes: Buffer;
    try {
      bytes = await readWhole(answer.body, MAX_ANSWER_BYTES);
      const whole: unknown = JSON.parse(bytes.toString('utf8'));
      if (!isMap(whole)) {
        throw new SyntaxError('It is no object');
      }
      tally.addAnswer(endpoint.readAnswer(whole));
    } catch (error) {
      this.#settle(call, plan, { tally });
      this.#warn(plan, 'broke its answer off', error);
      throw GatewayError.upstream(
        `${plan.found.upstream.title} did not answer as its protocol says`,
        {
          status: watch.isLate ? 504 : 502,
          code:
            error instanceof SyntaxError
              ? 'upstream_malformed'
              : timeoutOr(watch, 'upstream_cut'),
          cause: error,
        },
      );
    }
    const usage = await this.#usageOf(plan, tally);
    const ended = { tally, usage };
    response.status(answer.status);
    response.setHeader(COST_HEADER, String(costOf(plan.priced.price, usage)));
    response.setHeader(
      'content-type',
      answer.headers['content-type'] ?? 'application/json',
    );
    response.end(bytes);
    this.#settle(call, plan, ended);
    return ended;
  }

  async #answerStream(
    call: AskedCall,
    plan: PlannedCall,
    answer: ModelResponse,
    response: Response,
    watch: CallWatch,
  ): Promise<EndedCall> {
    const { endpoint, body } = call;
    const tally = new AnswerTally();
    response.writeHead(answer.status, {
      ...UNCHANGED,
      'content-type': 'text/event-stream; charset=utf-8',
      trailer: COST_HEADER,
    });
    response.flushHeaders();
    const end = await relayStream({
      body: answer.body,
      response,
      endpoint,
      hidesUsage: !endpoint.wantsUsage(body),
      tally,
    });
    const usage = await this.#usageOf(plan, tally);
    let error: string | undefined;
    if (end.kind === 'broken') {
      error = timeoutOr(watch, end.code);
      this.#warn(plan, 'broke a stream off', end.error ?? error);
      response.write(
        endpoint.failure({
          message: `${plan.found.upstream.title} broke its answer off`,
          type: 'upstream_error',
          code: error,
        }),
      );
    } else if (end.kind === 'hung_up') {
      error = 'hung_up';
    }
    response.addTrailers({
      [COST_HEADER]: String(costOf(plan.priced.price, usage)),
    });
    response.end();
    const ended = { tally, usage, error };
    this.#settle(call, plan, ended);
    return ended;
  }

  /** What the upstream says, if that can be true; else what the gateway counts. */
  async #usageOf(plan: PlannedCall, tally: AnswerTally): Promise<Usage> {
    const reported =
      tally.usage &&
      plausibleUsage(tally.usage, {
        ...plan.bounds,
        outputBytes: tally.outputBytes,
      });
    if (reported) {
      return reported;
    }
    const { model } = plan.found;
    return {
      ...readInputOf(plan),
      outputTokens: await this.#options.counter.count(
        model.base ?? model.name,
        // Events hold a few letters each: together they are words.
        [tally.texts.join('')],
      ),
    };
  }

  #settle(call: AskedCall, plan: PlannedCall, ended: EndedCall): void {
    const { usage, tally, error } = ended;
    const { reserving, found, priced } = plan;
    this.#options.settler.settle(
      {
        organizationId: reserving.organizationId,
        requestId: reserving.requestId,
        usage: {
          amountMicros: usage && costOf(priced.price, usage),
          model: found.model.name,
          inputTokens: usage?.inputTokens,
          outputTokens: usage?.outputTokens,
          detail: {
            endpoint: call.endpoint.path,
            ...(usage?.cachedInputTokens
              ? { cachedInputTokens: usage.cachedInputTokens }
              : {}),
            ...(usage ? { countedBy: usage.countedBy } : {}),
            ...(error ? { end: error } : {}),
          },
        },
      },
      plan.expiresAt,
    );
    this.#options.recorder.record(call, plan, {
      answer: tally.texts.join(''),
      end: error ?? (usage ? 'complete' : 'unknown'),
    });
  }

  #release(plan: PlannedCall): void {
    this.#options.settler.release(plan.reserving, plan.expiresAt);
  }

  #warn(plan: PlannedCall, what: string, cause: unknown): void {
    const words = typeof cause === 'string' ? cause : stringifyError(cause);
    this.#options.logger.warn(
      redactSecrets(
        `The upstream '${plan.found.settings.id}' ${what} (${plan.reserving.requestId}): ${words}`,
        this.#options.secrets,
      ),
    );
  }
}

function readInputOf(plan: PlannedCall): Usage {
  return {
    inputTokens: plan.inputTokens,
    cachedInputTokens: 0,
    outputTokens: 0,
    countedBy: 'gateway',
  };
}

function timeoutOr(watch: CallWatch, code: string): string {
  return watch.isLate ? 'upstream_timeout' : code;
}

function isErrorBody(text: string): boolean {
  try {
    const body: unknown = JSON.parse(text);
    return isMap(body) && isMap(body.error);
  } catch {
    return false;
  }
}

function errorTypeOf(error: unknown): string {
  return error instanceof GatewayError ? error.code : (error as Error).name;
}

function setCallHeaders(response: Response, plan: PlannedCall): void {
  response.setHeader('x-devart-service', plan.service.name);
  if (plan.delegatedFrom.length > 0) {
    response.setHeader(
      'x-devart-delegated-from',
      plan.delegatedFrom.join(', '),
    );
  }
}

function requestAttributes(call: AskedCall, found: FoundModel): Attributes {
  const { body, endpoint } = call;
  const number = (value: unknown) =>
    typeof value === 'number' ? value : undefined;
  return {
    'gen_ai.operation.name': endpoint.operation,
    'gen_ai.provider.name': found.upstream.provider,
    'gen_ai.request.model': found.model.name,
    'gen_ai.request.temperature': number(body.temperature),
    'gen_ai.request.top_p': number(body.top_p),
    'gen_ai.agent.id': call.agent.agentId,
    'gen_ai.agent.name': call.agent.name,
    'devart.task.id': call.task?.taskId,
    'devart.run.id': call.attribution.runId,
  };
}

/** Who was paid in the end may be another one than was asked. */
function planAttributes(plan: PlannedCall): Attributes {
  const { upstream, model } = plan.found;
  const url = upstream.address ? new URL(upstream.address) : undefined;
  return {
    'gen_ai.provider.name': upstream.provider,
    'gen_ai.request.model': model.name,
    'gen_ai.request.max_tokens': plan.maxTokens,
    'server.address': url?.hostname,
    'server.port': url?.port ? Number(url.port) : undefined,
    'devart.service': plan.service.name,
    'devart.delegated_from': [...plan.delegatedFrom],
  };
}

function answerAttributes({ tally, usage, error }: EndedCall): Attributes {
  return {
    'gen_ai.response.model': tally.model,
    'gen_ai.response.id': tally.id,
    'gen_ai.response.finish_reasons': [...tally.finishReasons],
    'gen_ai.usage.input_tokens': usage?.inputTokens,
    'gen_ai.usage.output_tokens': usage?.outputTokens,
    'error.type': error,
  };
}
