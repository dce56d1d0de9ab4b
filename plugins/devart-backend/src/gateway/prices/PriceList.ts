import { calcPrice, findProvider } from '@pydantic/genai-prices';
import type { ModelPrice, TokenPrices } from './ModelPrice';

/** What the list of prices says of a model. */
export interface ListedModel {
  price: ModelPrice;
  contextTokens?: number;
}

/** Prices change at most so often: some count from a date on. */
const REMEMBERED_MS = 10 * 60_000;
const MAX_REMEMBERED = 5000;

/** Of a price in the list: a number, or one that rises with the input. */
type Listed =
  | number
  | { base: number; tiers: { start: number; price: number }[] }
  | undefined;

function baseOf(listed: Listed): number | undefined {
  return typeof listed === 'object' ? listed.base : listed;
}

function priceAbove(listed: Listed, start: number): number | undefined {
  if (typeof listed !== 'object') {
    return listed;
  }
  return (
    listed.tiers.findLast(tier => tier.start <= start)?.price ?? listed.base
  );
}

/**
 * Published prices of models, as `@pydantic/genai-prices` keeps them: part of
 * the package, never fetched.
 */
export class PriceList {
  readonly #known = new Map<
    string,
    { model: ListedModel | undefined; until: number }
  >();

  /** The provider that has its API at an address; undefined when the list knows none. */
  static providerAt(baseUrl: string): string | undefined {
    return findProvider({ providerApiUrl: baseUrl })?.id;
  }

  /**
   * What a model of a provider costs today; undefined when the list does not know it.
   *
   * @param perUsd - units of the currency for one dollar
   */
  find(
    provider: string,
    model: string,
    perUsd: number,
  ): ListedModel | undefined {
    const key = `${perUsd} ${provider}/${model}`;
    const known = this.#known.get(key);
    if (known && known.until > Date.now()) {
      return known.model;
    }
    const listed = this.#read(provider, model, perUsd);
    if (this.#known.size >= MAX_REMEMBERED) {
      this.#known.clear();
    }
    this.#known.set(key, {
      model: listed,
      until: Date.now() + REMEMBERED_MS,
    });
    return listed;
  }

  #read(
    provider: string,
    model: string,
    perUsd: number,
  ): ListedModel | undefined {
    const found = calcPrice({ input_tokens: 1 }, model, {
      providerId: provider,
    });
    const {
      input_mtok: input,
      output_mtok: output,
      cache_read_mtok: cached,
    } = (found?.model_price ?? {}) as Record<string, Listed>;
    if (!found || input === undefined) {
      return undefined;
    }
    const micros = (usd: number) => Math.round(usd * perUsd * 1e6);
    const starts = new Set(
      [input, output, cached].flatMap(price =>
        typeof price === 'object' ? price.tiers.map(tier => tier.start) : [],
      ),
    );
    const pricesBy = (
      read: (listed: Listed) => number | undefined,
    ): TokenPrices => ({
      inputMillionMicros: micros(read(input) ?? 0),
      cachedInputMillionMicros:
        cached === undefined ? undefined : micros(read(cached) ?? 0),
      // Embeddings have no output, nor a price for it.
      outputMillionMicros: micros(read(output) ?? 0),
    });
    return {
      price: {
        ...pricesBy(baseOf),
        callMicros: 0,
        tiers: [...starts]
          .sort((a, b) => a - b)
          .map(start => ({
            aboveInputTokens: start,
            ...pricesBy(listed => priceAbove(listed, start)),
          })),
      },
      contextTokens: found.model.context_window,
    };
  }
}
