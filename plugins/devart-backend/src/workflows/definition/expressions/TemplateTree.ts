import type { ExpressionScope } from './Expression';
import { ExpressionError } from './ExpressionError';
import type { Language } from './Language';
import { Template, type TemplateReference } from './Template';

type Render = (scope: ExpressionScope) => unknown;

/** A JSON value whose texts may hold expressions. */
export class TemplateTree {
  readonly #render: Render;
  readonly references: readonly TemplateReference[];

  private constructor(render: Render, references: TemplateReference[]) {
    this.#render = render;
    this.references = references;
  }

  /** @throws ExpressionError when an expression is not valid; a checked workflow has none. */
  static compile(value: unknown, language: Language): TemplateTree {
    const references: TemplateReference[] = [];
    const render = compile(value, language, references);
    return new TemplateTree(render ?? (() => value), references);
  }

  /** @throws ExpressionError with the path in the value. */
  render(scope: ExpressionScope): unknown {
    return this.#render(scope);
  }
}

/** How the value is rendered; undefined where it is the same in every run. */
function compile(
  value: unknown,
  language: Language,
  references: TemplateReference[],
): Render | undefined {
  if (typeof value === 'string') {
    return compileText(value, language, references);
  }
  if (Array.isArray(value)) {
    const items = value.map(item => compile(item, language, references));
    return items.some(item => item !== undefined)
      ? scope =>
          value.map((item, index) =>
            at(`[${index}]`, () => {
              const render = items[index];
              return render ? render(scope) : item;
            }),
          )
      : undefined;
  }
  if (typeof value === 'object' && value !== null) {
    return compileMap(value, language, references);
  }
  return undefined;
}

function compileText(
  text: string,
  language: Language,
  references: TemplateReference[],
): Render | undefined {
  if (!text.includes('${{')) {
    return undefined;
  }
  const { template, problems } = Template.parse(text, language);
  if (!template) {
    throw new ExpressionError(problems[0].message);
  }
  references.push(...template.references);
  return scope => template.render(scope);
}

function compileMap(
  map: object,
  language: Language,
  references: TemplateReference[],
): Render | undefined {
  const entries = Object.entries(map).map(
    ([key, item]) => [key, item, compile(item, language, references)] as const,
  );
  if (entries.every(([, , render]) => render === undefined)) {
    return undefined;
  }
  return scope =>
    Object.fromEntries(
      entries.map(([key, item, render]) => [
        key,
        render ? at(key, () => render(scope)) : item,
      ]),
    );
}

/** Adds where it happened to what goes wrong. */
export function at<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ExpressionError ? error.within(path) : error;
  }
}
