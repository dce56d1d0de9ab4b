import type { Usage } from '../metering/Usage';

/** What a million tokens cost, in millionths of the currency. */
export interface TokenPrices {
  inputMillionMicros: number;
  cachedInputMillionMicros?: number;
  outputMillionMicros: number;
}

/** What a model costs. */
export interface ModelPrice extends TokenPrices {
  /** Of each call, besides the tokens. */
  callMicros: number;
  /** Prices of calls with more input than that, for all of their tokens; ascending. */
  tiers: readonly (TokenPrices & { aboveInputTokens: number })[];
}

const MILLION = 1_000_000n;

function tierOf(price: ModelPrice, inputTokens: number): TokenPrices {
  return (
    price.tiers.findLast(tier => inputTokens > tier.aboveInputTokens) ?? price
  );
}

/** The cost of some tokens in millionths of the currency, rounded up to the next one. */
export function costOf(
  price: ModelPrice,
  usage: Pick<Usage, 'inputTokens' | 'cachedInputTokens' | 'outputTokens'>,
): number {
  const tier = tierOf(price, usage.inputTokens);
  const fresh = usage.inputTokens - usage.cachedInputTokens;
  const times = (tokens: number, millionMicros: number) =>
    BigInt(tokens) * BigInt(millionMicros);
  const sum =
    times(fresh, tier.inputMillionMicros) +
    times(
      usage.cachedInputTokens,
      tier.cachedInputMillionMicros ?? tier.inputMillionMicros,
    ) +
    times(usage.outputTokens, tier.outputMillionMicros);
  return price.callMicros + Number((sum + MILLION - 1n) / MILLION);
}

/** How many tokens of output an amount pays for, after the input. */
export function affordableOutput(
  price: ModelPrice,
  inputTokens: number,
  amountMicros: number,
): number {
  const input = costOf(price, {
    inputTokens,
    cachedInputTokens: 0,
    outputTokens: 0,
  });
  const { outputMillionMicros } = tierOf(price, inputTokens);
  if (outputMillionMicros === 0) {
    return input <= amountMicros ? Infinity : 0;
  }
  // The input was rounded up, so that both together are never more than the amount.
  return amountMicros < input
    ? 0
    : Number(
        (BigInt(amountMicros - input) * MILLION) / BigInt(outputMillionMicros),
      );
}
