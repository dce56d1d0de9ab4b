import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../database/Database';
import type { ModelPrice } from '../prices/ModelPrice';
import type { PriceList } from '../prices/PriceList';
import type { FoundModel, KnownUpstream } from './ModelCatalog';
import type {
  UpstreamServiceRow,
  UpstreamServiceStore,
} from './UpstreamServiceStore';

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
  readonly #store: UpstreamServiceStore;
  readonly #prices: PriceList;
  readonly #upstreams: readonly KnownUpstream[];
  #known: Promise<readonly UpstreamServiceRow[]> | undefined;
  #until = 0;

  constructor(options: {
    database: Database;
    store: UpstreamServiceStore;
    prices: PriceList;
    upstreams: readonly KnownUpstream[];
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#prices = options.prices;
    this.#upstreams = options.upstreams;
  }

  /** Makes every upstream a service of every organisation. */
  async provide(organizationIds: readonly string[]): Promise<void> {
    await this.#database.asSystem('system:start', async tx => {
      const services = organizationIds.flatMap(organizationId =>
        this.#upstreams.map(({ upstream, settings }) => ({
          organizationId,
          id: uuidv7(),
          name: settings.id,
          title: settings.title,
          endpoint: upstream.address,
          prices:
            Object.keys(settings.prices).length > 0
              ? { models: settings.prices }
              : {},
          onExhausted: settings.onExhausted,
          fallback: settings.fallback?.upstream,
        })),
      );
      for (const service of services) {
        await this.#store.provide(tx, service);
      }
      for (const service of services) {
        await this.#store.provideFallback(tx, service);
      }
    });
  }

  /** The service of an upstream. */
  async ofUpstream(
    organizationId: string,
    upstreamId: string,
  ): Promise<UpstreamServiceRow> {
    const rows = await this.#rows();
    const row = rows.find(
      one => one.organizationId === organizationId && one.name === upstreamId,
    );
    if (!row) {
      throw new Error(`The upstream ${upstreamId} has no service`);
    }
    return row;
  }

  /** The service with an id, if it is that of an upstream. */
  async byId(id: string): Promise<UpstreamServiceRow | undefined> {
    return (await this.#rows()).find(one => one.id === id);
  }

  /**
   * What a model costs: by the prices of its service, else by the list of
   * published prices. Undefined when neither knows it.
   */
  priceOf(
    service: UpstreamServiceRow,
    { upstream, model }: FoundModel,
  ): PricedModel | undefined {
    const { models = {}, callMicros = 0 } = service.prices;
    const listed =
      upstream.priceProvider === undefined
        ? undefined
        : this.#prices.find(upstream.priceProvider, model.base ?? model.name);
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

  #rows(): Promise<readonly UpstreamServiceRow[]> {
    if (!this.#known || this.#until < Date.now()) {
      this.#until = Date.now() + REMEMBERED_MS;
      const read = this.#database.asSystem('system:gateway', tx =>
        this.#store.list(
          tx,
          this.#upstreams.map(({ settings }) => settings.id),
        ),
      );
      this.#known = read;
      // Who comes next asks again.
      read.catch(() => {
        this.#known = undefined;
      });
    }
    return this.#known;
  }
}
