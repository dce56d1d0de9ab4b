/** A node as far as the layout is concerned. */
export interface ShapeNode {
  id: string;
  /** Ids of the nodes it stands behind; ids that are not in the graph mean nothing. */
  after: readonly string[];
}

/** What decides where the nodes of a graph stand; all lengths in pixels. */
export interface GraphShape {
  nodes: readonly ShapeNode[];
  size: { width: number; height: number };
  direction: 'right' | 'down';
  gap: { beside: number; between: number };
}

/**
 * In which layer each node stands, from 0: one behind the last of those it
 * comes after. Nodes on a cycle, which no workflow has, stand in the first.
 */
export function layersOf(nodes: readonly ShapeNode[]): Map<string, number> {
  const layers = new Map<string, number>();
  const open = new Map<string, number>();
  const behind = new Map<string, string[]>();
  const ids = new Set(nodes.map(({ id }) => id));
  for (const { id, after } of nodes) {
    const before = after.filter(each => ids.has(each));
    open.set(id, before.length);
    layers.set(id, 0);
    for (const each of before) {
      behind.set(each, [...(behind.get(each) ?? []), id]);
    }
  }
  const ready = nodes.map(({ id }) => id).filter(id => open.get(id) === 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    for (const next of behind.get(id) ?? []) {
      layers.set(next, Math.max(layers.get(next)!, layers.get(id)! + 1));
      open.set(next, open.get(next)! - 1);
      if (open.get(next) === 0) {
        ready.push(next);
      }
    }
  }
  return layers;
}

/** The nodes so that each stands behind those it comes after, otherwise in the order they had. */
export function inOrder<T extends ShapeNode>(nodes: readonly T[]): T[] {
  const layers = layersOf(nodes);
  return [...nodes].sort((a, b) => layers.get(a.id)! - layers.get(b.id)!);
}

/** Room for the buttons of the canvas, in pixels. */
export const CONTROLS_HEIGHT = 48;

const MINIMUM_HEIGHT = 180;
const MAXIMUM_HEIGHT = 560;

/** The height to keep free for a graph before it is laid out, in pixels, so that nothing moves when it is. */
export function heightOf(shape: GraphShape): number {
  const { nodes, size, direction, gap } = shape;
  const perLayer = new Map<number, number>();
  for (const layer of layersOf(nodes).values()) {
    perLayer.set(layer, (perLayer.get(layer) ?? 0) + 1);
  }
  const [count, space] =
    direction === 'right'
      ? [Math.max(1, ...perLayer.values()), gap.beside]
      : [Math.max(1, perLayer.size), gap.between];
  const height = count * size.height + (count + 1) * space + CONTROLS_HEIGHT;
  return Math.min(MAXIMUM_HEIGHT, Math.max(MINIMUM_HEIGHT, height));
}
