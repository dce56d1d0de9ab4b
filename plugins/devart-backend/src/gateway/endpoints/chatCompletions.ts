import { GatewayError } from '../GatewayError';
import type { ReportedUsage } from '../metering/Usage';
import {
  checkServiceTier,
  countContent,
  refuseFields,
  wholeNumber,
} from './contentParts';
import type { Endpoint, RequestBody, StreamEvent } from './Endpoint';
import { isMap, mapsOf, stringsIn, textOf, type JsonMap } from './json';

/** What the templates of models put around each message and before the answer. */
const TOKENS_A_MESSAGE = 8;

const MAX_CHOICES = 128;

function readUsage(usage: unknown): ReportedUsage | undefined {
  return isMap(usage)
    ? {
        inputTokens: usage.prompt_tokens,
        outputTokens: usage.completion_tokens,
        cachedInputTokens: isMap(usage.prompt_tokens_details)
          ? (usage.prompt_tokens_details.cached_tokens ?? 0)
          : 0,
      }
    : undefined;
}

/** What a message or a delta of one says: content, reasoning, calls of tools. */
function textsOfMessage(message: unknown): string[] {
  if (!isMap(message)) {
    return [];
  }
  const {
    content,
    refusal,
    reasoning,
    reasoning_content: reasoningContent,
    function_call: functionCall,
    tool_calls: toolCalls,
  } = message;
  const calls = mapsOf(toolCalls).flatMap(call =>
    stringsIn(call.function ?? call.custom),
  );
  return [
    ...[content, refusal, reasoning ?? reasoningContent].flatMap(
      text => textOf(text) ?? [],
    ),
    ...stringsIn(functionCall),
    ...calls,
  ];
}

function finishReasonsOf(choices: readonly JsonMap[]): string[] {
  return choices.flatMap(choice => textOf(choice.finish_reason) ?? []);
}

/** `POST /chat/completions`. */
export const chatCompletions: Endpoint = {
  path: 'chat/completions',
  operation: 'chat',
  hasOutput: true,

  check(body) {
    if (!Array.isArray(body.messages) || body.messages.length === 0) {
      throw GatewayError.invalid(
        'messages',
        'messages must be a list of at least one message',
      );
    }
    body.messages.forEach((message, index) => {
      if (!isMap(message) || typeof message.role !== 'string') {
        throw GatewayError.invalid(
          `messages[${index}]`,
          `messages[${index}] must be an object with a role`,
        );
      }
    });
    refuseFields(body, {
      store: { what: 'Stored completions', why: 'shared' },
      audio: { what: 'Answers in sound', why: 'cost' },
      web_search_options: { what: 'Searches of the web', why: 'cost' },
      moderation: { what: 'Moderated completions', why: 'cost' },
      prompt_cache_options: {
        what: 'Caches with rules of their own',
        why: 'cost',
      },
    });
    const { modalities } = body;
    if (Array.isArray(modalities) && modalities.some(kind => kind !== 'text')) {
      throw GatewayError.invalid(
        'modalities',
        'modalities must be text alone: the gateway does not know what others cost',
        'not_metered',
      );
    }
    if (body.stream_options !== undefined && body.stream_options !== null) {
      if (!isMap(body.stream_options) || body.stream !== true) {
        throw GatewayError.invalid(
          'stream_options',
          'stream_options must be an object, and is for streams alone',
        );
      }
    }
    checkServiceTier(body);
  },

  input(body) {
    const messages = mapsOf(body.messages);
    const counted = messages.map(({ content, role, name, ...rest }, index) => {
      const inContent = countContent(
        content,
        body.model,
        `messages[${index}].content`,
      );
      return {
        texts: [...inContent.texts, ...stringsIn([role, name, rest])],
        extraTokens: inContent.extraTokens + TOKENS_A_MESSAGE,
      };
    });
    const described = [body.tools, body.functions, body.response_format].filter(
      part => part !== undefined && part !== null,
    );
    return {
      texts: [
        ...counted.flatMap(({ texts }) => texts),
        ...described.map(part => JSON.stringify(part)),
      ],
      extraTokens: counted.reduce(
        (sum, message) => sum + message.extraTokens,
        TOKENS_A_MESSAGE,
      ),
    };
  },

  output(body) {
    const choices = wholeNumber(body, 'n', 1) ?? 1;
    if (choices > MAX_CHOICES) {
      throw GatewayError.invalid('n', `n must be at most ${MAX_CHOICES}`);
    }
    return {
      maxTokens:
        wholeNumber(body, 'max_completion_tokens', 1) ??
        wholeNumber(body, 'max_tokens', 1),
      choices,
    };
  },

  prepare(body, { model, maxTokens, maxTokensField, isStream }) {
    const {
      max_tokens: oldMost,
      max_completion_tokens: most,
      store: _,
      stream_options: streamOptions,
      ...rest
    } = body;
    const field = (() => {
      if (most !== undefined && most !== null) {
        return 'max_completion_tokens';
      }
      return oldMost !== undefined && oldMost !== null
        ? 'max_tokens'
        : maxTokensField;
    })();
    return {
      ...rest,
      model,
      ...(maxTokens === undefined ? {} : { [field]: maxTokens }),
      ...(isStream
        ? {
            stream_options: {
              ...(isMap(streamOptions) ? streamOptions : {}),
              include_usage: true,
            },
          }
        : {}),
    };
  },

  wantsUsage(body: RequestBody) {
    return (
      isMap(body.stream_options) && body.stream_options.include_usage === true
    );
  },

  readEvent(data): StreamEvent {
    if (data === '[DONE]') {
      return { isEnd: true };
    }
    const chunk = JSON.parse(data) as JsonMap;
    const choices = mapsOf(chunk.choices);
    const usage = readUsage(chunk.usage);
    const texts = choices.flatMap(choice => textsOfMessage(choice.delta));
    return {
      text: texts.length > 0 ? texts.join('') : undefined,
      usage,
      isUsageOnly: usage !== undefined && choices.length === 0,
      model: textOf(chunk.model),
      id: textOf(chunk.id),
      finishReasons: finishReasonsOf(choices),
    };
  },

  readAnswer(answer) {
    const choices = mapsOf(answer.choices);
    return {
      texts: choices.flatMap(choice => textsOfMessage(choice.message)),
      usage: readUsage(answer.usage),
      model: textOf(answer.model),
      id: textOf(answer.id),
      finishReasons: finishReasonsOf(choices),
    };
  },

  failure(error) {
    return `data: ${JSON.stringify({ error: { ...error, param: null } })}\n\n`;
  },
};
