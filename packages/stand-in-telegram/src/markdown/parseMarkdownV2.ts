import { checkedLink } from './checkedLink';
import { MarkdownError } from './MarkdownError';

/** A part of a text that is shown in a way of its own. */
export interface MessageEntity {
  type:
    | 'blockquote'
    | 'bold'
    | 'code'
    | 'italic'
    | 'pre'
    | 'spoiler'
    | 'strikethrough'
    | 'text_link'
    | 'underline';
  /** In UTF-16 code units, as all of Telegram counts. */
  offset: number;
  length: number;
  /** Of a `text_link`. */
  url?: string;
  /** Of a `pre`. */
  language?: string;
}

/** What Telegram makes of a text in MarkdownV2. */
export interface ParsedMarkdown {
  text: string;
  entities: MessageEntity[];
}

interface OpenEntity {
  type: MessageEntity['type'];
  offset: number;
  /** Where it begins in the source, in bytes. */
  byteOffset: number;
  language?: string;
}

/** What stands in the source for the beginning and the end of an entity, longest first. */
const MARKS: ReadonlyArray<[mark: string, type: MessageEntity['type']]> = [
  ['```', 'pre'],
  ['__', 'underline'],
  ['||', 'spoiler'],
  ['`', 'code'],
  ['_', 'italic'],
  ['*', 'bold'],
  ['~', 'strikethrough'],
];

const RESERVED = '_*[]()~`>#+-=|{}.!';

/** As Telegram spells them when it misses their end. */
const NAMES: Record<MessageEntity['type'], string> = {
  blockquote: 'BlockQuote',
  bold: 'Bold',
  code: 'Code',
  italic: 'Italic',
  pre: 'Pre',
  spoiler: 'Spoiler',
  strikethrough: 'Strikethrough',
  text_link: 'TextUrl',
  underline: 'Underline',
};

class Parser {
  readonly #source: string;
  #at = 0;
  #text = '';
  readonly #entities: MessageEntity[] = [];
  readonly #open: OpenEntity[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  parse(): ParsedMarkdown {
    while (this.#at < this.#source.length) {
      this.#step();
    }
    if (this.#open.at(-1)?.type === 'blockquote') {
      this.#close();
    }
    this.#refuseOpen();
    // The outer first where two begin together.
    this.#entities.sort((a, b) => a.offset - b.offset || b.length - a.length);
    return { text: this.#text, entities: this.#entities };
  }

  #step(): void {
    const escaped = this.#escapedAt(this.#at);
    if (escaped !== undefined) {
      this.#take(escaped, 2);
      return;
    }
    const innermost = this.#open.at(-1)?.type;
    const char = this.#source[this.#at];
    if (innermost === 'code' || innermost === 'pre') {
      const mark = innermost === 'code' ? '`' : '```';
      if (this.#source.startsWith(mark, this.#at)) {
        this.#close();
        this.#at += mark.length;
      } else if (char === '`') {
        this.#refuseChar(char);
      } else {
        this.#take(char, 1);
      }
    } else if (char === '\n') {
      this.#newLine();
    } else if (RESERVED.includes(char)) {
      this.#markup(char);
    } else {
      this.#take(char, 1);
    }
  }

  #markup(char: string): void {
    const innermost = this.#open.at(-1)?.type;
    // Of `__` the first is no end of an italic text: both begin an underlined one.
    const endsItalic =
      innermost === 'italic' &&
      char === '_' &&
      this.#source[this.#at + 1] !== '_';
    const found = endsItalic
      ? MARKS.find(([, type]) => type === 'italic')
      : MARKS.find(([mark]) => this.#source.startsWith(mark, this.#at));
    if (char === ']' && innermost === 'text_link') {
      this.#link();
    } else if (found && found[1] === innermost) {
      this.#close();
      this.#at += found[0].length;
    } else if (found) {
      this.#begin(found[1]);
      this.#at += found[0].length;
      if (found[1] === 'pre') {
        this.#readLanguage();
      }
    } else if (char === '[') {
      this.#begin('text_link');
      this.#at++;
    } else if (char === '>' && this.#at === 0) {
      this.#begin('blockquote');
      this.#at++;
    } else {
      this.#refuseChar(char);
    }
  }

  #newLine(): void {
    const isQuoted = this.#open.some(({ type }) => type === 'blockquote');
    const goesOn = this.#source[this.#at + 1] === '>';
    if (isQuoted && !goesOn && this.#open.at(-1)?.type !== 'blockquote') {
      this.#refuseOpen();
    }
    this.#take('\n', 1);
    if (isQuoted && !goesOn) {
      this.#close();
    }
    if (goesOn) {
      if (!isQuoted) {
        this.#begin('blockquote');
      }
      this.#at++;
    }
  }

  /** A language stands before the first white space of preformatted text; a line end after it is left out. */
  #readLanguage(): void {
    const [found, language] =
      /^([^\s`]*)(?=\s)(?:\r\n|\n\r|\r|\n)?/.exec(
        this.#source.slice(this.#at),
      ) ?? [];
    if (found !== undefined) {
      this.#open.at(-1)!.language = language || undefined;
      this.#at += found.length;
    }
  }

  /** The end of a link's text, and its address where one follows. */
  #link(): void {
    const { offset } = this.#open.at(-1)!;
    this.#at++;
    let address = this.#text.slice(offset);
    if (this.#source[this.#at] === '(') {
      const begin = ++this.#at;
      address = '';
      while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
        const escaped = this.#escapedAt(this.#at);
        address += escaped ?? this.#source[this.#at];
        this.#at += escaped === undefined ? 1 : 2;
      }
      if (this.#at >= this.#source.length) {
        throw new MarkdownError(
          `Can't find end of a URL at byte offset ${this.#bytesBefore(begin)}`,
        );
      }
      this.#at++;
    }
    const url = checkedLink(address);
    if (url === undefined) {
      this.#open.pop();
    } else {
      this.#close({ url });
    }
  }

  #escapedAt(at: number): string | undefined {
    const code = this.#source.charCodeAt(at + 1);
    return this.#source[at] === '\\' && code >= 1 && code <= 126
      ? this.#source[at + 1]
      : undefined;
  }

  #take(char: string, width: number): void {
    this.#text += char;
    this.#at += width;
  }

  #begin(type: MessageEntity['type']): void {
    this.#open.push({
      type,
      offset: this.#text.length,
      byteOffset: this.#bytesBefore(this.#at),
    });
  }

  #close(more: { url?: string } = {}): void {
    const { type, offset, language } = this.#open.pop()!;
    const length = this.#text.length - offset;
    if (length > 0) {
      this.#entities.push({
        type,
        offset,
        length,
        ...(language && { language }),
        ...more,
      });
    }
  }

  #bytesBefore(at: number): number {
    return Buffer.byteLength(this.#source.slice(0, at));
  }

  #refuseOpen(): void {
    const entity = this.#open.at(-1);
    if (entity) {
      const name = entity.language ? 'PreCode' : NAMES[entity.type];
      throw new MarkdownError(
        `Can't find end of ${name} entity at byte offset ${entity.byteOffset}`,
      );
    }
  }

  #refuseChar(char: string): never {
    throw new MarkdownError(
      `Character '${char}' is reserved and must be escaped with the preceding '\\'`,
    );
  }
}

/**
 * Parses MarkdownV2 by the rules that Telegram publishes
 * (https://core.telegram.org/bots/api#markdownv2-style), and refuses what
 * Telegram refuses. Custom emoji, dates and expandable quotations are not
 * known here and refused.
 *
 * @throws MarkdownError with Telegram's words
 */
export function parseMarkdownV2(source: string): ParsedMarkdown {
  return new Parser(source).parse();
}
