import type { OpenAI } from 'openai';
import { z } from 'zod';

const anything = z.unknown().optional();
const share = z.number().min(0).max(2).nullish();

/**
 * What requests may hold, field by field. The compiler holds the list against
 * the types that OpenAI generates from its description of the API: a field that
 * is missing here or is none of the API's does not compile.
 */
type Fields<T> = Record<keyof T, z.ZodType>;

const contentSchema = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string() })).min(1),
]);

const chatFields = {
  model: z.string().min(1),
  messages: z
    .array(
      z.looseObject({
        role: z.enum([
          'developer',
          'system',
          'user',
          'assistant',
          'tool',
          'function',
        ]),
        content: contentSchema.nullish(),
      }),
    )
    .min(1),
  audio: anything,
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  function_call: anything,
  functions: anything,
  logit_bias: anything,
  logprobs: z.boolean().nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  metadata: anything,
  modalities: z.array(z.enum(['text', 'audio'])).nullish(),
  moderation: anything,
  n: z.int().min(1).max(128).nullish(),
  parallel_tool_calls: z.boolean().optional(),
  prediction: anything,
  presence_penalty: z.number().min(-2).max(2).nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: anything,
  prompt_cache_retention: anything,
  reasoning_effort: z.string().nullish(),
  response_format: anything,
  safety_identifier: z.string().nullish(),
  seed: z.int().nullish(),
  service_tier: z.string().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().optional(),
      include_obfuscation: z.boolean().optional(),
    })
    .nullish(),
  temperature: share,
  tool_choice: anything,
  tools: z.array(z.looseObject({ type: z.string() })).optional(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  user: z.string().optional(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
  web_search_options: anything,
} satisfies Fields<OpenAI.ChatCompletionCreateParamsStreaming>;

const responseFields = {
  access_programs: anything,
  background: z.boolean().nullish(),
  context_management: anything,
  conversation: anything,
  image: anything,
  include: anything,
  input: z.union([z.string(), z.array(z.looseObject({})).min(1)]).optional(),
  instructions: z.string().nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  max_tool_calls: z.int().nullish(),
  metadata: anything,
  model: z.string().min(1),
  moderation: anything,
  parallel_tool_calls: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  prompt: anything,
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: anything,
  prompt_cache_retention: anything,
  reasoning: anything,
  safety_identifier: z.string().nullish(),
  service_tier: z.string().nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_obfuscation: z.boolean().optional() })
    .nullish(),
  temperature: share,
  text: anything,
  tool_choice: anything,
  tools: z.array(z.looseObject({ type: z.string() })).optional(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  user: z.string().optional(),
} satisfies Fields<OpenAI.Responses.ResponseCreateParamsStreaming>;

const embeddingFields = {
  input: z.union([
    z.string().min(1),
    z.array(z.string().min(1)).min(1).max(2048),
    z.array(z.int()).min(1).max(2048),
    z.array(z.array(z.int()).min(1)).min(1).max(2048),
  ]),
  model: z.string().min(1),
  dimensions: z.int().min(1).optional(),
  encoding_format: z.enum(['float', 'base64']).optional(),
  user: z.string().optional(),
} satisfies Fields<OpenAI.EmbeddingCreateParams>;

/** What requests must be, by path. */
export const requestSchemas = {
  '/v1/chat/completions': z
    .strictObject(chatFields)
    .refine(
      body =>
        body.stream_options === undefined ||
        body.stream_options === null ||
        body.stream === true,
      {
        path: ['stream_options'],
        error: "The 'stream_options' parameter is only allowed when streaming",
      },
    )
    .refine(
      body =>
        typeof body.max_tokens !== 'number' ||
        typeof body.max_completion_tokens !== 'number',
      {
        path: ['max_tokens'],
        error: 'Setting both max_tokens and max_completion_tokens is refused',
      },
    ),
  '/v1/responses': z.strictObject(responseFields),
  '/v1/embeddings': z.strictObject(embeddingFields),
} as const;

/** A path that models are called at. */
export type ModelPath = keyof typeof requestSchemas;
