import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ModelUpstream, UpstreamModel } from '@devart/plugin-devart-node';
import type { UpstreamSettings } from '../../config/GatewayConfig';
import { Loop } from '../../loops/Loop';
import { GatewayError } from '../GatewayError';
import { redactSecrets } from '../redactSecrets';

/** An upstream, and what the configuration says of it. */
export interface KnownUpstream {
  upstream: ModelUpstream;
  settings: UpstreamSettings;
}

/** A model and where it is. */
export interface FoundModel extends KnownUpstream {
  model: UpstreamModel;
}

/** What an upstream last said of its models. */
interface Listing {
  models: readonly UpstreamModel[];
  /** Why it did not say the last time it was asked. */
  error?: string;
  isKnown: boolean;
}

const RETRY_MS = 15_000;
const LIST_TIMEOUT_MS = 20_000;

/** Knows which upstream has which models, and asks them every now and then. */
export class ModelCatalog {
  readonly loop: Loop;
  readonly #upstreams: readonly KnownUpstream[];
  readonly #logger: LoggerService;
  readonly #listings = new Map<string, Listing>();

  constructor(options: {
    upstreams: readonly KnownUpstream[];
    everySeconds: number;
    logger: LoggerService;
  }) {
    this.#upstreams = options.upstreams;
    this.#logger = options.logger;
    for (const { settings } of options.upstreams) {
      this.#listings.set(settings.id, {
        models: settings.models ?? [],
        isKnown: settings.models !== undefined,
      });
    }
    this.loop = new Loop({
      name: 'model discovery',
      logger: options.logger,
      intervalMs: options.everySeconds * 1000,
      round: async signal => {
        const asked = this.#upstreams.filter(
          ({ settings }) => !settings.models,
        );
        const answered = await Promise.all(
          asked.map(known => this.#ask(known, signal)),
        );
        return answered.includes(false) ? RETRY_MS : undefined;
      },
    });
  }

  /** Every upstream, with what it last said of its models. */
  all(): readonly (KnownUpstream & Listing)[] {
    return this.#upstreams.map(known => ({
      ...known,
      ...this.#listings.get(known.settings.id)!,
    }));
  }

  /** An upstream by its id. */
  upstream(id: string): KnownUpstream | undefined {
    return this.#upstreams.find(({ settings }) => settings.id === id);
  }

  /** A model of an upstream. */
  modelOf(known: KnownUpstream, name: string): FoundModel | undefined {
    const model = this.#listings
      .get(known.settings.id)
      ?.models.find(one => one.name === name);
    return model && { ...known, model };
  }

  /**
   * The model that a request names: `upstream/model`, or a model that only one
   * upstream has.
   *
   * @throws GatewayError when there is none or more than one.
   */
  resolve(name: string): FoundModel {
    const slash = name.indexOf('/');
    const known = slash > 0 && this.upstream(name.slice(0, slash));
    const named = known && this.modelOf(known, name.slice(slash + 1));
    if (named) {
      return named;
    }
    const having = this.#upstreams.flatMap(
      one => this.modelOf(one, name) ?? [],
    );
    if (having.length === 1) {
      return having[0];
    }
    if (having.length > 1) {
      throw GatewayError.invalid(
        'model',
        `The model '${name}' is at several services: write ${having.map(({ settings }) => `${settings.id}/${name}`).join(' or ')}`,
        'model_ambiguous',
      );
    }
    if (known && !this.#listings.get(known.settings.id)!.isKnown) {
      this.loop.wake();
      throw new GatewayError(
        `${known.settings.title} has not said yet which models it has`,
        {
          status: 503,
          type: 'upstream_error',
          code: 'upstream_away',
          retryAfterSeconds: 5,
        },
      );
    }
    throw new GatewayError(
      this.#upstreams.length === 0
        ? 'No models are configured in this portal'
        : `There is no model '${name}'; GET models lists them`,
      {
        status: 404,
        type: 'invalid_request_error',
        code: 'model_not_found',
        param: 'model',
      },
    );
  }

  async #ask(
    { upstream, settings }: KnownUpstream,
    signal: AbortSignal,
  ): Promise<boolean> {
    const before = this.#listings.get(settings.id)!;
    try {
      const models = await upstream.models(
        AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]),
      );
      this.#listings.set(settings.id, { models, isKnown: true });
      return true;
    } catch (error) {
      const words = redactSecrets(
        error instanceof Error && error.message ? error.message : String(error),
      );
      // What it last said stays; it is said once that it says no more.
      if (before.error !== words && !signal.aborted) {
        this.#logger.warn(
          `The models of '${settings.id}' are unknown: ${words}`,
        );
      }
      this.#listings.set(settings.id, { ...before, error: words });
      return false;
    }
  }
}
