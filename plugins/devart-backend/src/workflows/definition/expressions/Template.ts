import { Expression, type ExpressionScope } from './Expression';
import { ExpressionError } from './ExpressionError';
import type { Conditions, Language } from './Language';
import { splitTemplate, type TemplatePart } from './splitTemplate';
import { textOf } from './textOf';

/** The longest text that expressions may be put into. */
const MAX_TEXT_LENGTH = 256 * 1024;

/** Something wrong with an expression in a text. */
export interface TemplateProblem {
  /** Which `${{` of the text, from 0. */
  opening: number;
  /** Where in the text its `${{` stands; 0 for a condition without one. */
  start: number;
  /** Where after that. */
  offset: number;
  message: string;
}

type Piece = string | Expression;

const MARK = '${{'.length;

/** What a text reads, with the place of it. */
export type TemplateReference = Expression['references'][number] & {
  opening: number;
  start: number;
};

/** A text with expressions in it. */
export class Template {
  readonly pieces: readonly Piece[];
  readonly references: readonly TemplateReference[];

  private constructor(
    pieces: readonly Piece[],
    references: readonly TemplateReference[],
  ) {
    this.pieces = pieces;
    this.references = references;
  }

  static parse(
    text: string,
    language: Language,
  ): { template?: Template; problems: TemplateProblem[] } {
    return Template.#compile(splitTemplate(text), language);
  }

  /** A condition, written with or without `${{ }}`. */
  static parseCondition(
    text: string,
    language: Language,
  ): { template?: Template; problems: TemplateProblem[] } {
    const parts = splitTemplate(text);
    const written = parts.filter(
      part => part.kind !== 'text' || part.text.trim() !== '',
    );
    if (written.every(part => part.kind === 'text')) {
      return Template.#compile(
        [{ kind: 'expression', source: text, opening: -1, start: -MARK }],
        language,
        true,
      );
    }
    if (written.length > 1) {
      const { opening, start } = written.find(part => part.kind !== 'text')!;
      const message =
        'must be one expression, all of it inside of one ${{ }} or without any';
      return { problems: [{ opening, start, offset: 0, message }] };
    }
    return Template.#compile(written, language, true);
  }

  static #compile(
    parts: readonly TemplatePart[],
    language: Language,
    isCondition = false,
  ): { template?: Template; problems: TemplateProblem[] } {
    const pieces: Piece[] = [];
    const references: TemplateReference[] = [];
    const problems: TemplateProblem[] = [];
    for (const part of parts) {
      if (part.kind === 'text') {
        pieces.push(part.text);
        continue;
      }
      const { opening, start } = part;
      if (part.kind === 'unclosed') {
        const message =
          '${{ is never closed with }}; for the text itself write $${{';
        problems.push({ opening, start, offset: 0, message });
        continue;
      }
      const parsed = Expression.parse(part.source, language);
      for (const { offset, message } of parsed.problems) {
        problems.push({ opening, start, offset: offset + MARK, message });
      }
      if (
        isCondition &&
        parsed.type &&
        !['bool', 'dyn'].includes(parsed.type)
      ) {
        const message = `must be true or false, but its value is of type ${parsed.type}`;
        problems.push({ opening, start, offset: MARK, message });
      }
      if (parsed.expression) {
        pieces.push(parsed.expression);
        for (const reference of parsed.expression.references) {
          const offset = reference.offset + MARK;
          references.push({ ...reference, opening, start, offset });
        }
      }
    }
    return problems.length > 0
      ? { problems }
      : { template: new Template(pieces, references), problems };
  }

  /** Whether it calls a function. */
  calls(name: string): boolean {
    return this.pieces.some(
      piece => piece instanceof Expression && piece.calls.has(name),
    );
  }

  /** The value of the one expression, or the text with all values put in. */
  render(scope: ExpressionScope, conditions?: Conditions): unknown {
    const only = this.#only();
    if (only) {
      return only.evaluate(scope, conditions);
    }
    let text = '';
    for (const piece of this.pieces) {
      text += typeof piece === 'string' ? piece : textOf(piece.evaluate(scope));
      if (text.length > MAX_TEXT_LENGTH) {
        throw new ExpressionError(
          `makes a text of more than ${MAX_TEXT_LENGTH} characters`,
        );
      }
    }
    return text;
  }

  /** The expression, where nothing but white space is around it. */
  #only(): Expression | undefined {
    const written = this.pieces.filter(
      piece => typeof piece !== 'string' || piece.trim() !== '',
    );
    return written.length === 1 && written[0] instanceof Expression
      ? written[0]
      : undefined;
  }
}
