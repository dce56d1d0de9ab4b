import type { ASTNode } from '@marcbachmann/cel-js';

/** A place in an expression that reads something of the scope. */
export interface Reference {
  /** The name it begins with. */
  root: string;
  /** The keys and indexes after it, as far as they are written out. */
  path: readonly (string | number)[];
  /** Whether a key or an index that is calculated follows the path. */
  open: boolean;
  /** Whether it only asks if the thing is there: `has()`. */
  guard: boolean;
  /** Whether every evaluation gets to it: it is in no branch and no loop. */
  certain: boolean;
  /** Where it begins in the expression, in characters from 0. */
  offset: number;
}

/** A function that an expression calls. */
export interface Call {
  name: string;
  ofValue: boolean;
  offset: number;
}

const LOOPS = new Set(['map', 'filter', 'all', 'exists', 'exists_one']);

interface Place {
  /** Names that loops around it give. */
  bound: ReadonlySet<string>;
  certain: boolean;
}

/** Everything that an expression reads and calls, in the order in which it is written. */
export class Uses {
  readonly references: Reference[] = [];
  readonly calls: Call[] = [];

  static of(ast: ASTNode): Uses {
    const uses = new Uses();
    uses.#visit(ast, { bound: new Set(), certain: true });
    return uses;
  }

  #visit(node: ASTNode, place: Place): void {
    switch (node.op) {
      case 'value':
        return;
      case 'id':
      case '.':
      case '[]':
        this.#visitAccess(node, place, false);
        return;
      case 'call':
        this.#visitCall(node.args[0], node.args[1], node, place);
        return;
      case 'rcall':
        this.#visitMethod(node, place);
        return;
      case '?:':
        this.#visit(node.args[0], place);
        this.#visit(node.args[1], { ...place, certain: false });
        this.#visit(node.args[2], { ...place, certain: false });
        return;
      case '&&':
      case '||':
        this.#visit(node.args[0], place);
        this.#visit(node.args[1], { ...place, certain: false });
        return;
      case 'map':
        for (const [key, value] of node.args) {
          this.#visit(key, place);
          this.#visit(value, place);
        }
        return;
      case '!_':
      case '-_':
        this.#visit(node.args, place);
        return;
      default:
        for (const argument of node.args) {
          if (typeof argument === 'object') {
            this.#visit(argument, place);
          }
        }
    }
  }

  #visitCall(
    name: string,
    parameters: readonly ASTNode[],
    node: ASTNode,
    place: Place,
  ): void {
    this.calls.push({ name, ofValue: false, offset: node.start });
    const guard = name === 'has' && parameters.length === 1;
    for (const parameter of parameters) {
      if (guard && parameter.op === '.') {
        this.#visitAccess(parameter, place, true);
      } else {
        this.#visit(parameter, place);
      }
    }
  }

  #visitMethod(node: ASTNode & { op: 'rcall' }, place: Place): void {
    const [name, receiver, parameters] = node.args;
    this.calls.push({ name, ofValue: true, offset: node.start });
    this.#visit(receiver, place);
    const [first, ...rest] = parameters;
    if (LOOPS.has(name) && first?.op === 'id') {
      const bound = new Set(place.bound).add(first.args);
      for (const parameter of rest) {
        this.#visit(parameter, { bound, certain: false });
      }
      return;
    }
    for (const parameter of parameters) {
      this.#visit(parameter, place);
    }
  }

  #visitAccess(node: ASTNode, place: Place, guard: boolean): void {
    const { base, path, open, indexes } = accessOf(node);
    if (base.op !== 'id') {
      this.#visit(base, place);
    } else if (!place.bound.has(base.args)) {
      this.references.push({
        root: base.args,
        path,
        open,
        guard,
        certain: place.certain && !guard,
        offset: base.start,
      });
    }
    for (const index of indexes) {
      this.#visit(index, place);
    }
  }
}

/** What a chain of `.key` and `[index]` begins with, and how far its keys are written out. */
export function accessOf(node: ASTNode): {
  base: ASTNode;
  path: (string | number)[];
  open: boolean;
  indexes: ASTNode[];
} {
  const keys: (string | number | undefined)[] = [];
  const indexes: ASTNode[] = [];
  let base = node;
  while (base.op === '.' || base.op === '[]') {
    if (base.op === '.') {
      keys.unshift(base.args[1]);
      base = base.args[0];
      continue;
    }
    const index = base.args[1];
    const key = index.op === 'value' ? keyOf(index.args) : undefined;
    keys.unshift(key);
    if (key === undefined) {
      indexes.unshift(index);
    }
    base = base.args[0];
  }
  const end = keys.indexOf(undefined);
  return {
    base,
    path: (end < 0 ? keys : keys.slice(0, end)) as (string | number)[],
    open: end >= 0,
    indexes,
  };
}

function keyOf(value: unknown): string | number | undefined {
  if (typeof value === 'bigint') {
    return Number(value);
  }
  return typeof value === 'string' ? value : undefined;
}
