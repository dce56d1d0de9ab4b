import type { ModelEndpoint } from '@devart/plugin-devart-node';
import type { ReportedUsage } from '../metering/Usage';

/** A request as it came: JSON of somebody else's making. */
export type RequestBody = Record<string, unknown> & { model: string };

/** What a request will make a model read. */
export interface CountedInput {
  /** All that is counted as text. */
  texts: string[];
  /** What is known in tokens: images, tokens that came as numbers, what is put around messages. */
  extraTokens: number;
}

/** What is said of the output of a request. */
export interface OutputWish {
  /** The most tokens that the caller wants of each answer; undefined when it did not say. */
  maxTokens?: number;
  /** How many answers it wants. */
  choices: number;
}

/** What an event of a stream tells. */
export interface StreamEvent {
  /** The text that it adds, arguments of tools and reasoning included. */
  text?: string;
  usage?: ReportedUsage;
  /** It is there for the usage alone, which the gateway asked for. */
  isUsageOnly?: boolean;
  /** The answer is complete; nothing is missing behind it. */
  isEnd?: boolean;
  model?: string;
  id?: string;
  finishReasons?: string[];
}

/** What is told of an answer that came in one piece. */
export interface WholeAnswer {
  texts: string[];
  usage?: ReportedUsage;
  model?: string;
  id?: string;
  finishReasons?: string[];
}

/** What the gateway must understand of an endpoint of OpenAI's API. */
export interface Endpoint {
  readonly path: ModelEndpoint;
  /** `gen_ai.operation.name` of the OpenTelemetry conventions. */
  readonly operation: string;
  readonly hasOutput: boolean;

  /** @throws GatewayError naming what cannot be passed on, and why. */
  check(body: RequestBody): void;
  input(body: RequestBody): CountedInput;
  output(body: RequestBody): OutputWish;
  /** The body for the upstream. */
  prepare(
    body: RequestBody,
    options: {
      model: string;
      maxTokens?: number;
      maxTokensField: 'max_tokens' | 'max_completion_tokens';
      isStream: boolean;
    },
  ): Record<string, unknown>;
  /** Whether the caller wants to see the usage in a stream. */
  wantsUsage(body: RequestBody): boolean;
  /**
   * What the data of an event of a stream says; undefined for the mark behind the last one.
   *
   * @throws when it is no JSON.
   */
  readEvent(data: string): StreamEvent;
  readAnswer(answer: Record<string, unknown>): WholeAnswer;
  /** The event that tells the caller in the middle of a stream that it fails. */
  failure(error: { message: string; type: string; code: string }): string;
}
