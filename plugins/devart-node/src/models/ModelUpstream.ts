import type { Readable } from 'node:stream';

/**
 * What the model gateway passes on, as in the paths of OpenAI's API.
 * @public
 */
export type ModelEndpoint = 'chat/completions' | 'responses' | 'embeddings';

/**
 * A model that an upstream has.
 * @public
 */
export interface UpstreamModel {
  /** As the upstream calls it. */
  name: string;
  /** The model that it is, where its name says something else, as with deployments of Azure: prices and tokens go by it. */
  base?: string;
  /** How many tokens it takes in and gives out together. */
  contextTokens?: number;
  /** How many tokens it gives out at most. */
  maxOutputTokens?: number;
}

/**
 * One call of a model.
 * @public
 */
export interface ModelRequest {
  endpoint: ModelEndpoint;
  /** As the upstream calls it; `body.model` is the same. */
  model: string;
  /** What OpenAI's protocol says of the endpoint. */
  body: Readonly<Record<string, unknown>>;
  /** Whether the answer is a stream of server-sent events. */
  isStream: boolean;
  /** Names the call in both logs. */
  requestId: string;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/**
 * What an upstream answers, while its body still comes.
 * @public
 */
export interface ModelResponse {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** As in OpenAI's protocol, errors too. */
  body: Readable;
}

/**
 * The call did not reach the upstream: nothing was produced and nothing will
 * have to be paid, so that it may be made again.
 * @public
 */
export class UnreachedUpstreamError extends Error {
  readonly name = 'UnreachedUpstreamError';
}

/**
 * A provider of models. The gateway speaks OpenAI's protocol with it; whoever
 * speaks another one translates.
 * @public
 */
export interface ModelUpstream {
  /** Short and unique: the name of its service, and what model names begin with. */
  readonly id: string;
  readonly title: string;
  /** As `gen_ai.provider.name` of the OpenTelemetry conventions, for example `openai`. */
  readonly provider: string;
  /** What the list of prices calls the provider; without it only configured prices count. */
  readonly priceProvider?: string;
  /** Where it is, for people and traces; without anything secret. */
  readonly address?: string;
  /** How a request names the most tokens of an answer of `chat/completions`; `max_tokens` unless given. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /**
   * The models that it has now.
   *
   * @throws Error in words for people when it does not say.
   */
  models(signal: AbortSignal): Promise<readonly UpstreamModel[]>;
  /**
   * Makes a call; settles with the beginning of the answer, whatever its status.
   *
   * @throws UnreachedUpstreamError when the call was certainly not begun; any
   * other error means that it may have been.
   */
  send(request: ModelRequest): Promise<ModelResponse>;
  /** Closes what is open. */
  close?(): Promise<void>;
}
