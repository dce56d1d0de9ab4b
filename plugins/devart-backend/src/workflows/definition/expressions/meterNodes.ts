import type { ASTNode } from '@marcbachmann/cel-js';
import type { Meter } from './Meter';

type Evaluate = (
  evaluator: unknown,
  node: unknown,
  context: unknown,
) => unknown;

/** What the library keeps with every node: how it is evaluated, and the macro it stands for. */
interface NodeMeta {
  evaluate?: Evaluate;
  alternate?: MeteredNode;
  macro?: unknown;
}

interface MeteredNode {
  op: string;
  args: unknown;
  meta?: NodeMeta;
  setMeta?(key: 'evaluate', value: Evaluate): unknown;
}

/** Operations that may look at every part of what they are given. */
const LOOK_INSIDE = new Set(['==', '!=', 'in', 'call', 'rcall']);

/** Parts of loops that hand on the list that is still growing. */
const GROWING = new Set(['accuPush', 'accuValue', 'accuInc']);

/**
 * Makes every node of a checked expression report its work, and answers how to
 * say to which meter. Evaluation is synchronous, so one at a time is enough.
 *
 * @throws Error when the library's nodes are not what they were: an expression
 *   that cannot be metered must not be evaluated.
 */
export function meterNodes(ast: ASTNode): (meter: Meter) => void {
  const current: { meter?: Meter } = {};
  const seen = new Set<MeteredNode>();
  const pending: { node: MeteredNode; whole: boolean }[] = [
    { node: ast as unknown as MeteredNode, whole: false },
  ];
  while (pending.length > 0) {
    const { node, whole } = pending.pop()!;
    if (seen.has(node)) {
      continue;
    }
    seen.add(node);
    const meta = node.meta;
    if (meta?.alternate) {
      pending.push({ node: meta.alternate, whole });
      continue;
    }
    if (meta?.macro) {
      continue;
    }
    const evaluate = meta?.evaluate;
    if (!evaluate || !node.setMeta) {
      throw new Error('The nodes of the CEL library cannot be metered');
    }
    node.setMeta(
      'evaluate',
      metered(evaluate, { current, op: node.op, whole }),
    );
    const lookInside = LOOK_INSIDE.has(node.op);
    for (const child of childrenOf(node)) {
      pending.push({ node: child, whole: lookInside });
    }
  }
  return meter => {
    current.meter = meter;
  };
}

function metered(
  evaluate: Evaluate,
  options: { current: { meter?: Meter }; op: string; whole: boolean },
): Evaluate {
  const { current, op, whole } = options;
  return (evaluator, self, context) => {
    const meter = current.meter!;
    meter.charge(1);
    const value = evaluate(evaluator, self, context);
    report(meter, op, whole, value);
    return value;
  };
}

function report(meter: Meter, op: string, whole: boolean, value: unknown) {
  if (GROWING.has(op)) {
    return;
  }
  if (op === 'comprehension') {
    meter.chargeGrown(value);
  } else if (whole) {
    meter.chargeWhole(value);
  } else {
    meter.chargeValue(value);
  }
}

function childrenOf(node: MeteredNode): MeteredNode[] {
  if (node.op === 'value' || node.op === 'id') {
    return [];
  }
  if (node.op === 'comprehension') {
    const { iterable, init, step } = node.args as Record<string, MeteredNode>;
    return [iterable, init, step];
  }
  return nodesIn(node.args);
}

function nodesIn(args: unknown): MeteredNode[] {
  if (Array.isArray(args)) {
    return args.flatMap(nodesIn);
  }
  return typeof args === 'object' &&
    args !== null &&
    'op' in args &&
    'args' in args
    ? [args as MeteredNode]
    : [];
}
