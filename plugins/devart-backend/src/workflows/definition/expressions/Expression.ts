import {
  EvaluationError,
  ParseError,
  type ASTNode,
  type ParseResult,
} from '@marcbachmann/cel-js';
import { SCOPE_ROOTS, type RunScope, type ScopeRoot } from '../RunScope';
import { listed, suggestion } from '../suggest';
import { fromCel, kindOf, toCel } from './celValues';
import { ExpressionError } from './ExpressionError';
import {
  CONDITION_FUNCTIONS,
  MAX_EXPRESSION_LENGTH,
  REFUSED_FUNCTIONS,
  type Conditions,
  type Language,
} from './Language';
import { Meter } from './Meter';
import { meterNodes } from './meterNodes';
import { accessOf, Uses, type Reference } from './references';

/** Something wrong with an expression. */
export interface ExpressionProblem {
  /** Where in the expression, in characters from 0. */
  offset: number;
  message: string;
}

/** Names that CEL knows and its list of functions does not name. */
const MACROS = new Set(['has', 'map', 'filter', 'all', 'exists', 'exists_one']);

/** Errors of the library about something that is not there. */
const MISSING = new Set([
  'no_such_key',
  'index_out_of_bounds',
  'unknown_variable',
]);

/** What an expression can see; a part of a run's scope. */
export type ExpressionScope = Partial<RunScope>;

/** Where else the names are that a place does not have. */
const ELSEWHERE: Record<ScopeRoot, string> = {
  parameters: 'parameters are only there once a run has started',
  run: 'run is only there once a run has started',
  trigger: 'trigger is only there once a run has started',
  steps: 'steps are only there once a run has started',
  matrix: 'matrix is only there in the action of a step with a matrix',
  result: 'result is only there in outputs of a step',
  event: 'event is only there in conditions on events and in triggers',
};

/**
 * One expression in CEL, https://cel.dev, parsed once and evaluated often. It
 * sees nothing but its scope, and what it may do is counted.
 */
export class Expression {
  readonly #language: Language;
  readonly #parsed: ParseResult;
  readonly #useMeter: (meter: Meter) => void;
  readonly references: readonly Reference[];
  /** Names of the functions that it calls. */
  readonly calls: ReadonlySet<string>;

  private constructor(
    language: Language,
    parsed: ParseResult,
    uses: Uses,
    useMeter: (meter: Meter) => void,
  ) {
    this.#language = language;
    this.#parsed = parsed;
    this.#useMeter = useMeter;
    this.references = uses.references;
    this.calls = new Set(uses.calls.map(({ name }) => name));
  }

  /** Parses an expression and checks its names and types; all that can be told without values. */
  static parse(
    source: string,
    language: Language,
  ): { expression?: Expression; type?: string; problems: ExpressionProblem[] } {
    if (source.length > MAX_EXPRESSION_LENGTH) {
      const message = `is too long: an expression has at most ${MAX_EXPRESSION_LENGTH} characters`;
      return { problems: [{ offset: 0, message }] };
    }
    if (source.trim() === '') {
      const message = 'is empty; write an expression between ${{ and }}';
      return { problems: [{ offset: 0, message }] };
    }
    let parsed: ParseResult;
    try {
      parsed = language.parse(source);
    } catch (error) {
      return { problems: [syntaxProblem(error, source)] };
    }
    const uses = Uses.of(parsed.ast);
    const problems = [
      ...unknownNames(uses, language),
      ...unknownFunctions(uses, language),
    ];
    if (problems.length > 0) {
      return { problems };
    }
    const checked = parsed.check();
    if (!checked.valid) {
      const { error } = checked;
      return {
        problems: [
          {
            offset: error?.range?.start ?? 0,
            message: sentence(error?.summary ?? 'is no valid expression'),
          },
        ],
      };
    }
    const useMeter = meterNodes(parsed.ast);
    return {
      expression: new Expression(language, parsed, uses, useMeter),
      type: checked.type,
      problems: [],
    };
  }

  /**
   * Its value as JSON.
   *
   * @throws ExpressionError when something it needs is missing or of the wrong kind, or when it takes too much work.
   */
  evaluate(scope: ExpressionScope, conditions?: Conditions): unknown {
    const meter = new Meter();
    this.#useMeter(meter);
    try {
      const context = contextOf(this.references, scope);
      const value = this.#language.evaluate(this.#parsed, context, conditions);
      if (meter.exhausted) {
        meter.charge(0);
      }
      meter.chargeWhole(value);
      return fromCel(value);
    } catch (error) {
      // What ran out may have been caught by `||` and surface as something else.
      if (meter.exhausted) {
        meter.charge(0);
      }
      throw describe(error, scope);
    }
  }
}

function syntaxProblem(error: unknown, source: string): ExpressionProblem {
  if (!(error instanceof ParseError)) {
    throw error;
  }
  return {
    offset: Math.min(error.range?.start ?? 0, source.length),
    message: `is no valid expression: ${sentence(error.summary)}`,
  };
}

function sentence(summary: string): string {
  return summary
    .replace(/^Exceeded (\w+) \((\d+)\)$/, 'it is too large: $1 is $2')
    .replace('Unexpected token: EOF', 'it ends too early')
    .replace(/got EOF$/, 'but it ends there')
    .replace(
      /^found no matching overload for '(.*)'$/,
      'no function takes these values: $1',
    )
    .replace(
      /^no such overload: (.*)$/,
      'the operator does not take these kinds of values: $1',
    )
    .replace(/^[A-Z](?=[a-z])/, letter => letter.toLowerCase());
}

function unknownNames(uses: Uses, language: Language): ExpressionProblem[] {
  return uses.references
    .filter(({ root }) => !language.roots.includes(root as ScopeRoot))
    .map(({ root, offset }) => ({
      offset,
      message: Object.hasOwn(ELSEWHERE, root)
        ? ELSEWHERE[root as ScopeRoot]
        : `unknown variable "${root}"${suggestion(root, language.roots, 'there are')}`,
    }));
}

function unknownFunctions(uses: Uses, language: Language): ExpressionProblem[] {
  const problems: ExpressionProblem[] = [];
  for (const { name, offset } of uses.calls) {
    if (Object.hasOwn(REFUSED_FUNCTIONS, name)) {
      problems.push({ offset, message: REFUSED_FUNCTIONS[name] });
    } else if (!language.functions.has(name) && !MACROS.has(name)) {
      const message = (CONDITION_FUNCTIONS as readonly string[]).includes(name)
        ? `${name}() is only there in if of a step`
        : `unknown function "${name}"${suggestion(name, [...language.functions].sort(), 'there are')}`;
      problems.push({ offset, message });
    }
  }
  return problems;
}

/** The part of the scope that the references reach, so that a small expression does not pay for large outputs. */
function contextOf(
  references: readonly Reference[],
  scope: ExpressionScope,
): Record<string, unknown> {
  const context: Record<string, unknown> = Object.create(null);
  const whole = new Set<unknown>();
  const shortestFirst = [...references].sort(
    (a, b) => a.path.length - b.path.length,
  );
  for (const { root, path } of shortestFirst) {
    const value = scope[root as ScopeRoot];
    if (value !== undefined && isScopeRoot(root)) {
      context[root] = withPath(context[root], value, path, whole);
    }
  }
  return context;
}

function isScopeRoot(root: string): boolean {
  return (SCOPE_ROOTS as readonly string[]).includes(root);
}

/** Adds what stands at the path of `from` to the part that is there already. */
function withPath(
  part: unknown,
  from: unknown,
  path: readonly (string | number)[],
  whole: Set<unknown>,
): unknown {
  if (part !== undefined && whole.has(part)) {
    return part;
  }
  const [key, ...rest] = path;
  if (typeof key !== 'string' || !isMap(from)) {
    const value = toCel(from);
    whole.add(value);
    return value;
  }
  const map = (part as Map<string, unknown> | undefined) ?? new Map();
  if (Object.hasOwn(from, key) && from[key] !== undefined) {
    map.set(key, withPath(map.get(key), from[key], rest, whole));
  }
  return map;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(error: unknown, scope: ExpressionScope): unknown {
  if (error instanceof EvaluationError) {
    const missing =
      MISSING.has(error.code) && error.node
        ? describeMissing(error.node, scope)
        : undefined;
    return new ExpressionError(missing ?? sentence(error.summary));
  }
  if (error instanceof RangeError) {
    return new ExpressionError('makes a value that is too large');
  }
  return error;
}

/** Says which key is missing and what is there instead, for a chain of keys that are written out. */
function describeMissing(
  node: ASTNode,
  scope: ExpressionScope,
): string | undefined {
  const { base, path } = accessOf(node);
  if (base.op !== 'id' || !isScopeRoot(base.args)) {
    return undefined;
  }
  let value: unknown = scope[base.args as ScopeRoot];
  let name = base.args;
  if (value === undefined) {
    return `${name} has no value here`;
  }
  for (const key of path) {
    if (typeof value !== 'object' || value === null) {
      return `${name} is ${kindOf(value)}; it has no ${JSON.stringify(key)}`;
    }
    const next = Object.hasOwn(value, key)
      ? (value as Record<string | number, unknown>)[key]
      : undefined;
    if (next === undefined) {
      return `${name} has no ${JSON.stringify(key)}; ${describeKeys(value)}`;
    }
    value = next;
    name =
      typeof key === 'number' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)
        ? `${name}[${JSON.stringify(key)}]`
        : `${name}.${key}`;
  }
  return undefined;
}

function describeKeys(value: object): string {
  if (Array.isArray(value)) {
    return `it has ${value.length} entries, counted from 0`;
  }
  const keys = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key]) => key);
  return keys.length > 0 ? `it has ${listed(keys)}` : 'it is empty';
}
