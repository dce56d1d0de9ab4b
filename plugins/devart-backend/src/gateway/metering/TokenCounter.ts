import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';

type Encoding = 'o200k_base' | 'cl100k_base';

/**
 * Text is counted in pieces of this many characters: what merges letters into
 * tokens takes the square of the length of a word, and strangers write words of
 * any length. A cut adds one token at most.
 */
const PIECE_LENGTH = 1024;

/** Other calls have their turn after so many pieces. */
const PIECES_A_TURN = 32;

/** Models of before 2024, and all that make embeddings. */
const OLDER_MODELS = /^(gpt-4(?!o|\.)|gpt-3\.5|text-embedding-|chatgpt-3)/;

type Count = (
  text: string,
  options: { disallowedSpecial: Set<string> },
) => number;

/** A vocabulary is tens of megabytes: loaded when it is needed first, in either module system. */
const loadModule = createRequire(__filename);

function load(encoding: Encoding): Count {
  return loadModule(`gpt-tokenizer/encoding/${encoding}`).countTokens;
}

/** What looks like a control token is text like any other when it is counted. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/**
 * Counts the tokens of text as OpenAI's models do. Other models have
 * vocabularies of their own, for which this is an estimate.
 */
export class TokenCounter {
  readonly #loaded = new Map<Encoding, Count>();

  /** Loads what most models use, which takes a moment. */
  warmUp(): void {
    this.#counterOf('o200k_base');
  }

  async count(model: string, texts: Iterable<string>): Promise<number> {
    const count = this.#counterOf(
      OLDER_MODELS.test(model) ? 'cl100k_base' : 'o200k_base',
    );
    let tokens = 0;
    let pieces = 0;
    for (const text of texts) {
      for (let at = 0; at < text.length; at += PIECE_LENGTH) {
        if (++pieces % PIECES_A_TURN === 0) {
          await nextTurn();
        }
        tokens += count(text.slice(at, at + PIECE_LENGTH), AS_TEXT);
      }
    }
    return tokens;
  }

  #counterOf(encoding: Encoding): Count {
    let counter = this.#loaded.get(encoding);
    if (!counter) {
      counter = load(encoding);
      this.#loaded.set(encoding, counter);
    }
    return counter;
  }
}
