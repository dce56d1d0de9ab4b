import { countTokens, decode, encode } from 'gpt-tokenizer';

/** The text of an answer, in the tokens of which it comes. */
export interface Answer {
  tokens: string[];
  inputTokens: number;
  isCut: boolean;
}

/** A text cut to the most tokens that a request allows. */
export function answerWith(
  text: string,
  request: { input: unknown; maxTokens?: number | null },
): Answer {
  const all = encode(text);
  const tokens = all.slice(0, request.maxTokens ?? all.length);
  return {
    tokens: tokens.map(token => decode([token])),
    inputTokens: countTokens(JSON.stringify(request.input)),
    isCut: tokens.length < all.length,
  };
}
