import { GatewayError } from '../GatewayError';
import type { ReportedUsage } from '../metering/Usage';
import {
  checkServiceTier,
  countContent,
  refuseFields,
  wholeNumber,
} from './contentParts';
import type { CountedInput, Endpoint, StreamEvent } from './Endpoint';
import { isMap, mapsOf, stringsIn, textOf, type JsonMap } from './json';

const TOKENS_AN_ITEM = 8;

/** The least that the endpoint takes for `max_output_tokens`. */
const LEAST_OUTPUT_TOKENS = 16;

/** Tools that run with the caller; those of the upstream are paid by use. */
const OWN_TOOLS = new Set(['function', 'custom', 'namespace']);

const ENDS = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
]);

function readUsage(usage: unknown): ReportedUsage | undefined {
  return isMap(usage)
    ? {
        inputTokens: usage.input_tokens,
        outputTokens: usage.output_tokens,
        cachedInputTokens: isMap(usage.input_tokens_details)
          ? (usage.input_tokens_details.cached_tokens ?? 0)
          : 0,
      }
    : undefined;
}

function countItem(item: JsonMap, model: string, at: string): CountedInput {
  if (item.type === 'item_reference') {
    throw GatewayError.invalid(
      `${at}.type`,
      'References to items that the upstream keeps are not passed on: they would be shared by all agents',
      'not_supported',
    );
  }
  const { content, type: _type, id: _id, status: _status, ...rest } = item;
  const counted = countContent(content, model, `${at}.content`);
  return {
    texts: [...counted.texts, ...stringsIn(rest)],
    extraTokens: counted.extraTokens + TOKENS_AN_ITEM,
  };
}

function answerOf(response: JsonMap) {
  const reason = isMap(response.incomplete_details)
    ? textOf(response.incomplete_details.reason)
    : undefined;
  return {
    usage: readUsage(response.usage),
    model: textOf(response.model),
    id: textOf(response.id),
    finishReasons: [reason ?? textOf(response.status)].flatMap(
      status => status ?? [],
    ),
  };
}

/** `POST /responses`. */
export const responses: Endpoint = {
  path: 'responses',
  operation: 'chat',
  hasOutput: true,

  check(body) {
    const { input } = body;
    if (textOf(input) === undefined && mapsOf(input).length === 0) {
      throw GatewayError.invalid(
        'input',
        'input must be a text or a list of items',
      );
    }
    refuseFields(body, {
      store: { what: 'Stored responses', why: 'shared' },
      previous_response_id: { what: 'Stored responses', why: 'shared' },
      conversation: { what: 'Stored conversations', why: 'shared' },
      prompt: { what: 'Stored prompts', why: 'shared' },
      background: { what: 'Responses in the background', why: 'shared' },
      image: { what: 'Images', why: 'cost' },
      moderation: { what: 'Moderated responses', why: 'cost' },
      prompt_cache_options: {
        what: 'Caches with rules of their own',
        why: 'cost',
      },
    });
    mapsOf(body.tools).forEach((tool, index) => {
      if (!OWN_TOOLS.has(String(tool.type))) {
        throw GatewayError.invalid(
          `tools[${index}].type`,
          `Tools of the type '${tool.type}' are not passed on: the gateway does not know what they cost`,
          'not_metered',
        );
      }
    });
    checkServiceTier(body);
  },

  input(body) {
    const { input } = body;
    const counted = mapsOf(input).map((item, index) =>
      countItem(item, body.model, `input[${index}]`),
    );
    const described = [body.tools, body.text].filter(isPresent);
    return {
      texts: [
        ...[input, body.instructions].flatMap(text => textOf(text) ?? []),
        ...counted.flatMap(({ texts }) => texts),
        ...described.map(part => JSON.stringify(part)),
      ],
      extraTokens: counted.reduce(
        (sum, item) => sum + item.extraTokens,
        2 * TOKENS_AN_ITEM,
      ),
    };
  },

  output(body) {
    return {
      maxTokens: wholeNumber(body, 'max_output_tokens', LEAST_OUTPUT_TOKENS),
      choices: 1,
    };
  },

  prepare({ store: _, ...body }, { model, maxTokens }) {
    return {
      ...body,
      model,
      // The upstream would keep it for a month, unless told otherwise.
      store: false,
      ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
    };
  },

  // It comes with the last event, whether asked for or not.
  wantsUsage: () => true,

  readEvent(data): StreamEvent {
    if (data === '[DONE]') {
      return { isEnd: true };
    }
    const event = JSON.parse(data) as JsonMap;
    const type = String(event.type);
    const isEnd = ENDS.has(type);
    return {
      text: type.endsWith('.delta') ? textOf(event.delta) : undefined,
      isEnd: isEnd || type === 'error',
      ...(isMap(event.response)
        ? {
            ...answerOf(event.response),
            finishReasons: isEnd
              ? answerOf(event.response).finishReasons
              : undefined,
          }
        : {}),
    };
  },

  readAnswer(answer) {
    const texts = mapsOf(answer.output).flatMap(
      ({ content, summary, arguments: args, input }) =>
        stringsIn([
          mapsOf(content).map(part => part.text ?? part.refusal),
          mapsOf(summary).map(part => part.text),
          args,
          input,
        ]),
    );
    return { texts, ...answerOf(answer) };
  },

  failure({ message, code }) {
    const event = {
      type: 'error',
      code,
      message,
      param: null,
      sequence_number: 0,
    };
    return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
  },
};

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
