import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { ScopeRoot } from '../RunScope';
import { registerFunctions } from './functions';

/** Longest expression, in characters. */
export const MAX_EXPRESSION_LENGTH = 4000;

/** What the conditions of steps ask about the steps before. */
export interface Conditions {
  success: boolean;
  failure: boolean;
  cancelled: boolean;
}

/** Functions that only `if` of a step has. */
export const CONDITION_FUNCTIONS = [
  'success',
  'failure',
  'always',
  'cancelled',
] as const;

/** Functions of CEL that are refused, and what to use instead. */
export const REFUSED_FUNCTIONS: Readonly<Record<string, string>> = {
  matches:
    'matches() is not there, since a regular expression can take for ever; use contains(), startsWith(), endsWith() or ==',
  bind: 'cel.bind() is not there; write the expression out',
};

/** CEL with the names that one kind of place can see. */
export class Language {
  static readonly #known = new Map<string, Language>();

  readonly #environment: Environment;
  readonly #functions: ReadonlySet<string>;
  #conditions: Conditions | undefined;

  readonly roots: readonly ScopeRoot[];

  private constructor(roots: readonly ScopeRoot[], ofConditions: boolean) {
    this.roots = roots;
    this.#environment = new Environment({
      unlistedVariablesAreDyn: false,
      homogeneousAggregateLiterals: false,
      limits: {
        maxAstNodes: 2000,
        maxDepth: 48,
        maxListElements: 256,
        maxMapEntries: 256,
        maxCallArguments: 10,
      },
    });
    registerFunctions(this.#environment);
    for (const root of roots) {
      this.#environment.registerVariable(root, 'dyn');
    }
    if (ofConditions) {
      this.#environment
        .registerFunction('success(): bool', () => this.#conditions!.success)
        .registerFunction('failure(): bool', () => this.#conditions!.failure)
        .registerFunction('always(): bool', () => true)
        .registerFunction(
          'cancelled(): bool',
          () => this.#conditions!.cancelled,
        );
    }
    this.#functions = new Set(
      this.#environment.getDefinitions().functions.map(({ name }) => name),
    );
  }

  /**
   * The same language for the same names: making one is expensive.
   *
   * @param ofConditions - Whether it is the language of `if` of a step.
   */
  static of(roots: readonly ScopeRoot[], ofConditions = false): Language {
    const key = `${[...roots].sort().join()}${ofConditions ? '?' : ''}`;
    let language = Language.#known.get(key);
    if (!language) {
      language = new Language(roots, ofConditions);
      Language.#known.set(key, language);
    }
    return language;
  }

  get functions(): ReadonlySet<string> {
    return this.#functions;
  }

  parse(source: string): ParseResult {
    return this.#environment.parse(source);
  }

  /** Evaluates what `parse` gave; synchronously, so that one evaluation never sees the conditions of another. */
  evaluate(
    parsed: ParseResult,
    context: Record<string, unknown>,
    conditions?: Conditions,
  ): unknown {
    this.#conditions = conditions;
    try {
      return parsed(context);
    } finally {
      this.#conditions = undefined;
    }
  }
}
