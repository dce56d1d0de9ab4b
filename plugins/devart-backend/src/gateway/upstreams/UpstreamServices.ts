import type { Organizations } from '../../access/Organizations';
import type { ServiceRow } from '../../budgets/ServiceStore';
import type { ServicesService } from '../../budgets/ServicesService';
import type { Database } from '../../database/Database';
import type { ModelPrice } from '../prices/ModelPrice';
import type { PriceList } from '../prices/PriceList';
import type { FoundModel, KnownUpstream } from './ModelCatalog';

/** A change of a service holds here after this long. */
const REMEMBERED_MS = 2000;

/** Stands for all models of a service that have no price of their own. */
const ANY_MODEL = '*';

/** What a call of a model costs, and how much it can hold. */
export interface PricedModel {
  price: ModelPrice;
  contextTokens?: number;
  maxOutputTokens?: number;
}

/** The services that upstreams are: what is paid when their models are called. */
export class UpstreamServices {
  readonly #database: Database;
  readonly #organizations: Organizations;
  readonly #services: ServicesService;
  readonly #prices: PriceList;
  readonly #upstreams: readonly KnownUpstream[];
  readonly #known = new Map<
    string,
    { service: Promise<ServiceRow>; until: number }
  >();

  constructor(options: {
    database: Database;
    organizations: Organizations;
    services: ServicesService;
    prices: PriceList;
    upstreams: readonly KnownUpstream[];
  }) {
    this.#database = options.database;
    this.#organizations = options.organizations;
    this.#services = options.services;
    this.#prices = options.prices;
    this.#upstreams = options.upstreams;
  }

  /** Makes every upstream a service of every organisation. */
  async provide(): Promise<void> {
    for (const { id } of this.#organizations.all) {
      await this.#database.asSystem('system:start', async tx => {
        const provided = new Map<string, string>();
        const provide = async (known: KnownUpstream): Promise<string> => {
          const { upstream, settings } = known;
          const done = provided.get(settings.id);
          if (done !== undefined) {
            return done;
          }
          // The configuration has no circles: see where it is read.
          const fallback = this.#upstreams.find(
            one => one.settings.id === settings.fallback?.upstream,
          );
          const service = await this.#services.provideIn(tx, id, {
            name: settings.id,
            kind: 'model',
            title: settings.title,
            endpoint: upstream.address,
            prices:
              Object.keys(settings.prices).length > 0
                ? { models: settings.prices }
                : {},
            onExhausted: settings.onExhausted,
            fallbackId: fallback && (await provide(fallback)),
          });
          provided.set(settings.id, service);
          return service;
        };
        for (const known of this.#upstreams) {
          await provide(known);
        }
      });
    }
  }

  /**
   * A service by its id, or by the id of the upstream that it is.
   *
   * @throws NotFoundError
   */
  async find(
    organizationId: string,
    idOrUpstream: string,
  ): Promise<ServiceRow> {
    const key = `${organizationId} ${idOrUpstream}`;
    const known = this.#known.get(key);
    if (known && known.until > Date.now()) {
      return known.service;
    }
    const service = this.#services.find(organizationId, idOrUpstream);
    this.#known.set(key, { service, until: Date.now() + REMEMBERED_MS });
    // Who comes next asks again.
    service.catch(() => this.#known.delete(key));
    return service;
  }

  /**
   * What a model costs: by the prices of its service, else by the list of
   * published prices. Undefined when neither knows it.
   */
  priceOf(
    service: ServiceRow,
    { upstream, model }: FoundModel,
  ): PricedModel | undefined {
    const { models = {}, callMicros = 0 } = service.prices;
    const { perUsd } = this.#organizations.byId(service.organization_id);
    const listed =
      upstream.priceProvider === undefined || perUsd === undefined
        ? undefined
        : this.#prices.find(
            upstream.priceProvider,
            model.base ?? model.name,
            perUsd,
          );
    const own = Object.hasOwn(models, model.name)
      ? models[model.name]
      : (models[ANY_MODEL] ?? listed?.price);
    return (
      own && {
        price: { tiers: [], ...own, callMicros },
        contextTokens: model.contextTokens ?? listed?.contextTokens,
        maxOutputTokens: model.maxOutputTokens,
      }
    );
  }
}
