import { GatewayError } from '../GatewayError';
import type { Endpoint } from './Endpoint';
import { isMap, textOf } from './json';

const MAX_INPUTS = 2048;

/** `POST /embeddings`. */
export const embeddings: Endpoint = {
  path: 'embeddings',
  operation: 'embeddings',
  hasOutput: false,

  check({ input }) {
    const isGood =
      textOf(input) !== undefined ||
      (Array.isArray(input) &&
        input.length > 0 &&
        input.length <= MAX_INPUTS &&
        (input.every(one => textOf(one) !== undefined) ||
          input.every(one => Number.isSafeInteger(one)) ||
          input.every(
            one =>
              Array.isArray(one) &&
              one.length > 0 &&
              one.every(token => Number.isSafeInteger(token)),
          )));
    if (!isGood) {
      throw GatewayError.invalid(
        'input',
        `input must be a text, a list of tokens, or a list of at most ${MAX_INPUTS} of either`,
      );
    }
  },

  input({ input }) {
    const inputs = Array.isArray(input) ? input.flat() : [input];
    const texts = inputs.filter(one => typeof one === 'string');
    // One for each token that came as a number, and one around each text.
    return { texts, extraTokens: inputs.length };
  },

  output: () => ({ choices: 1 }),

  prepare: (body, { model }) => ({ ...body, model }),

  wantsUsage: () => true,

  readEvent: () => ({}),

  readAnswer(answer) {
    const usage = isMap(answer.usage) ? answer.usage : undefined;
    return {
      texts: [],
      usage: usage && {
        inputTokens: usage.prompt_tokens,
        outputTokens: 0,
        cachedInputTokens: 0,
      },
      model: textOf(answer.model),
    };
  },

  failure: error => `data: ${JSON.stringify({ error })}\n\n`,
};
