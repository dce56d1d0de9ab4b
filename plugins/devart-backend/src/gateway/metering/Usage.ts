/** The tokens of a call. */
export interface Usage {
  inputTokens: number;
  /** Of the input, what the model had in its cache. */
  cachedInputTokens: number;
  /** Reasoning included. */
  outputTokens: number;
  /** Who counted: the upstream, or the gateway because it did not or was wrong. */
  countedBy: 'upstream' | 'gateway';
}

/** What an upstream says of the tokens of a call; anything at all may stand in it. */
export interface ReportedUsage {
  inputTokens: unknown;
  outputTokens: unknown;
  cachedInputTokens: unknown;
}

/** Within which a report can be true. */
export interface UsageBounds {
  /** Bytes of all text that went in, in UTF-8. */
  inputBytes: number;
  /** Tokens that are no text: images, and what is put around messages and tools. */
  extraInputTokens: number;
  /** Bytes of all text that came out. */
  outputBytes: number;
  /** The most that the upstream was told to put out. */
  maxOutputTokens?: number;
}

/** Longer than any token of the vocabularies in use. */
const MAX_BYTES_PER_TOKEN = 128;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * The report of an upstream, if it can be true. No token stands for less than a
 * byte of text nor for more than the longest word of a vocabulary, and nothing
 * puts out more than it was told to.
 */
export function plausibleUsage(
  reported: ReportedUsage | undefined,
  bounds: UsageBounds,
): Usage | undefined {
  const { inputTokens, cachedInputTokens = 0 } = reported ?? {};
  const outputTokens = reported?.outputTokens ?? 0;
  if (!isCount(inputTokens) || !isCount(outputTokens)) {
    return undefined;
  }
  const cached = isCount(cachedInputTokens) ? cachedInputTokens : 0;
  const isTrue =
    cached <= inputTokens &&
    inputTokens * MAX_BYTES_PER_TOKEN >= bounds.inputBytes &&
    inputTokens <= bounds.inputBytes + bounds.extraInputTokens &&
    outputTokens * MAX_BYTES_PER_TOKEN >= bounds.outputBytes &&
    outputTokens <= (bounds.maxOutputTokens ?? Infinity);
  return isTrue
    ? {
        inputTokens,
        cachedInputTokens: cached,
        outputTokens,
        countedBy: 'upstream',
      }
    : undefined;
}
