import { MAX_FALLBACKS } from '@devart/plugin-devart-common';
import type { AgentCaller } from '../access/Caller';
import type { SpendingTask } from '../budgets/Attributor';
import type { Attribution, Refused } from '../budgets/charges';
import type { ServiceRow } from '../budgets/ServiceStore';
import type { Endpoint, RequestBody } from './endpoints/Endpoint';
import { GatewayError, type RefusalDetail } from './GatewayError';
import { isModelAllowed } from './isModelAllowed';
import type { Meter, Reserving } from './metering/Meter';
import type { TokenCounter } from './metering/TokenCounter';
import type { UsageBounds } from './metering/Usage';
import { affordableOutput, costOf } from './prices/ModelPrice';
import type { FoundModel, ModelCatalog } from './upstreams/ModelCatalog';
import type {
  PricedModel,
  UpstreamServices,
} from './upstreams/UpstreamServices';

/** Less output than this is no answer; the least that `responses` takes. */
const LEAST_OUTPUT_TOKENS = 16;

/** What models are told besides what a request says: templates, instructions of the upstream. */
const HIDDEN_INPUT_TOKENS = 256;

/** A reservation lasts longer than its call can, by so many seconds. */
const GRACE_SECONDS = 60;

/** What a call is about. */
export interface AskedCall {
  agent: AgentCaller;
  endpoint: Endpoint;
  body: RequestBody;
  requestId: string;
  /** On whose account it is. */
  attribution: Attribution;
  /** The task that it is for, which the agent holds. */
  task?: SpendingTask;
}

/** A call that is reserved and ready to be made. */
export interface PlannedCall {
  found: FoundModel;
  service: ServiceRow;
  priced: PricedModel;
  inputTokens: number;
  /** The most tokens that the upstream is told to put out for each answer; undefined when nothing limits them. */
  maxTokens?: number;
  reserving: Reserving;
  reservedMicros: number;
  /** When the reservation is over, as `Date.now()` says it. */
  expiresAt: number;
  /** The names of the services that could not pay. */
  delegatedFrom: readonly string[];
  /** Within which the upstream's report can be true, but for the output. */
  bounds: Omit<UsageBounds, 'outputBytes'>;
}

/** Nobody can pay for a call; says who was asked. */
export interface RefusedCall {
  refused: Refused;
  /** The service that was asked for. */
  service: ServiceRow;
  detail: RefusalDetail;
}

/** Finds out what a call costs at most and who pays for it, and holds the money back. */
export class CallPlanner {
  readonly #catalog: ModelCatalog;
  readonly #services: UpstreamServices;
  readonly #counter: TokenCounter;
  readonly #meter: Meter;
  readonly #defaultMaxOutputTokens: number;

  constructor(options: {
    catalog: ModelCatalog;
    services: UpstreamServices;
    counter: TokenCounter;
    meter: Meter;
    defaultMaxOutputTokens: number;
  }) {
    this.#catalog = options.catalog;
    this.#services = options.services;
    this.#counter = options.counter;
    this.#meter = options.meter;
    this.#defaultMaxOutputTokens = options.defaultMaxOutputTokens;
  }

  /**
   * Reserves the most that the call can cost, or what is left if that is less:
   * then its output is limited to what it pays for. When the service cannot pay,
   * its fallback is asked, at its own price.
   *
   * @throws GatewayError when the model has no price.
   */
  async plan(
    call: AskedCall,
    asked: FoundModel,
  ): Promise<PlannedCall | RefusedCall> {
    const tried: ServiceRow[] = [];
    let found = asked;
    for (;;) {
      const service = await this.#services.find(
        call.agent.organizationId,
        found.settings.id,
      );
      const answer = await this.#reserve(call, found, service, tried);
      if ('reservedMicros' in answer) {
        return answer;
      }
      tried.push(service);
      const next =
        tried.length <= MAX_FALLBACKS &&
        answer.fallbackId !== undefined &&
        !tried.some(({ id }) => id === answer.fallbackId)
          ? await this.#modelAt(call, found, answer.fallbackId, asked)
          : undefined;
      if (!next) {
        return this.#refused(answer, tried);
      }
      found = next;
    }
  }

  async #reserve(
    call: AskedCall,
    found: FoundModel,
    service: ServiceRow,
    tried: readonly ServiceRow[],
  ): Promise<PlannedCall | Refused> {
    const { agent, endpoint, body } = call;
    const priced = this.#services.priceOf(service, found);
    const name = `${found.settings.id}/${found.model.name}`;
    if (!priced) {
      throw GatewayError.invalid(
        'model',
        `The model '${name}' has no price: give it one in the configuration of its service, or write that it is free`,
        'price_unknown',
      );
    }
    const input = endpoint.input({ ...body, model: found.model.name });
    const inputTokens =
      input.extraTokens +
      (await this.#counter.count(
        found.model.base ?? found.model.name,
        input.texts,
      ));
    const wish = endpoint.output(body);
    const wanted = endpoint.hasOutput
      ? (wish.maxTokens ?? this.#mostOutput(priced, inputTokens))
      : undefined;
    const costWith = (outputTokens: number) =>
      costOf(priced.price, {
        inputTokens,
        cachedInputTokens: 0,
        outputTokens: outputTokens * wish.choices,
      });
    const totalSeconds = found.settings.timeouts.totalMs / 1000;
    const reserving: Reserving = {
      organizationId: agent.organizationId,
      serviceId: service.id,
      requestId:
        tried.length > 0 ? `${call.requestId}#${tried.length}` : call.requestId,
      leastMicros: costWith(Math.min(wanted ?? 0, LEAST_OUTPUT_TOKENS)),
      mostMicros: costWith(wanted ?? 0),
      seconds: Math.ceil(totalSeconds + GRACE_SECONDS),
      attribution: {
        ...call.attribution,
        model: found.model.name,
        delegatedFrom: tried.map(({ id }) => id),
      },
    };
    const reservation = await this.#meter.reserve(reserving);
    if (reservation.outcome === 'refused') {
      return reservation;
    }
    const affordable = Math.floor(
      affordableOutput(priced.price, inputTokens, reservation.reservedMicros) /
        wish.choices,
    );
    const maxTokens =
      wanted === undefined ? undefined : Math.min(wanted, affordable);
    return {
      found,
      service,
      priced,
      inputTokens,
      maxTokens,
      reserving,
      reservedMicros: reservation.reservedMicros,
      expiresAt: Date.now() + reserving.seconds * 1000,
      delegatedFrom: tried.map(one => one.name),
      bounds: {
        inputBytes: input.texts.reduce(
          (sum, text) => sum + Buffer.byteLength(text),
          0,
        ),
        extraInputTokens: input.extraTokens + HIDDEN_INPUT_TOKENS,
        maxOutputTokens:
          maxTokens === undefined ? undefined : maxTokens * wish.choices,
      },
    };
  }

  /** What a call is told to put out at most that does not say it; nothing where it costs nothing. */
  #mostOutput(priced: PricedModel, inputTokens: number): number | undefined {
    if (priced.price.outputMillionMicros === 0) {
      return undefined;
    }
    const own = priced.maxOutputTokens ?? this.#defaultMaxOutputTokens;
    const room =
      priced.contextTokens === undefined
        ? own
        : Math.min(own, priced.contextTokens - inputTokens);
    return Math.max(room, LEAST_OUTPUT_TOKENS);
  }

  /**
   * The model that a fallback offers for the one that was asked for: the one
   * that the configuration names, the one of the same name, or its default.
   */
  async #modelAt(
    { agent }: AskedCall,
    from: FoundModel,
    serviceId: string,
    asked: FoundModel,
  ): Promise<FoundModel | undefined> {
    const service = await this.#services.find(agent.organizationId, serviceId);
    const known = this.#catalog.upstream(service.name);
    if (!known) {
      return undefined;
    }
    const { fallback } = from.settings;
    const names = [
      fallback?.upstream === known.settings.id ? fallback.model : undefined,
      asked.model.name,
      known.settings.defaultModel,
    ];
    for (const name of names) {
      const found =
        name === undefined ? undefined : this.#catalog.modelOf(known, name);
      // Who may not use a model does not get it by way of a budget that is used up.
      if (found && isModelAllowed(agent.allowedModels, found)) {
        return found;
      }
    }
    return undefined;
  }

  #refused(refused: Refused, tried: readonly ServiceRow[]): RefusedCall {
    return {
      refused,
      service: tried[0],
      detail: {
        reason: refused.reason,
        service: tried.at(-1)!.name,
        budgetId: refused.budgetId,
        remainingMicros: refused.remainingMicros,
        neededMicros: refused.neededMicros,
        delegatedFrom: tried.slice(0, -1).map(({ name }) => name),
      },
    };
  }
}
