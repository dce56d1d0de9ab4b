/** A stretch of a text that may hold expressions. */
export type TemplatePart =
  | { kind: 'text'; text: string }
  | {
      kind: 'expression';
      source: string;
      /** Which `${{` of the text it begins with, from 0; escaped ones count. */
      opening: number;
      /** Where its `${{` stands in the text, in characters from 0. */
      start: number;
    }
  | { kind: 'unclosed'; opening: number; start: number };

const OPENING = '${{';

/** Splits a text at its `${{ … }}`; `$${{` is a `${{` that stands for itself. */
export function splitTemplate(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  let opening = 0;
  let position = 0;
  while (position < text.length) {
    const start = text.indexOf(OPENING, position);
    if (start < 0) {
      break;
    }
    if (start > position && text[start - 1] === '$') {
      literal += text.slice(position, start - 1) + OPENING;
      position = start + OPENING.length;
      opening++;
      continue;
    }
    literal += text.slice(position, start);
    const end = endOfExpression(text, start + OPENING.length);
    if (end === undefined) {
      return [...parts, { kind: 'unclosed', opening, start }];
    }
    if (literal) {
      parts.push({ kind: 'text', text: literal });
      literal = '';
    }
    const source = text.slice(start + OPENING.length, end);
    parts.push({ kind: 'expression', source, opening, start });
    opening += 1 + countOpenings(source);
    position = end + 2;
  }
  literal += text.slice(position);
  if (literal) {
    parts.push({ kind: 'text', text: literal });
  }
  return parts;
}

function countOpenings(text: string): number {
  return text.split(OPENING).length - 1;
}

/** Where the `}}` stands that closes an expression: outside of its texts and maps. */
function endOfExpression(text: string, from: number): number | undefined {
  let depth = 0;
  let position = from;
  while (position < text.length) {
    const character = text[position];
    if (character === '"' || character === "'") {
      position = endOfQuoted(text, position);
      continue;
    }
    if (character === '{') {
      depth++;
    } else if (character === '}') {
      if (depth > 0) {
        depth--;
      } else if (text[position + 1] === '}') {
        return position;
      }
    }
    position++;
  }
  return undefined;
}

/** The position after a text of CEL; `r` before it turns escapes off, three quotes make it long. */
function endOfQuoted(text: string, start: number): number {
  const quote = text[start];
  const raw = /[rR]/.test(text[start - 1] ?? '');
  const long = text.startsWith(quote.repeat(3), start);
  const closing = long ? quote.repeat(3) : quote;
  let position = start + closing.length;
  while (position < text.length) {
    if (text[position] === '\\' && !raw) {
      position += 2;
    } else if (text.startsWith(closing, position)) {
      return position + closing.length;
    } else {
      position++;
    }
  }
  return text.length;
}
