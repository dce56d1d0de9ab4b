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

/** More nodes beside each other than can be read at once. */
const WIDE_FROM = 20;

/** How many nodes stand in each layer. */
function sizesOfLayers(nodes: readonly ShapeNode[]): number[] {
  const sizes = new Map<number, number>();
  for (const layer of layersOf(nodes).values()) {
    sizes.set(layer, (sizes.get(layer) ?? 0) + 1);
  }
  return [...sizes.values()];
}

/** Whether so many nodes stand beside each other that a picture of all of them says little. */
export function isWide(nodes: readonly ShapeNode[]): boolean {
  return Math.max(0, ...sizesOfLayers(nodes)) >= WIDE_FROM;
}

/** The height to keep free for a graph before it is laid out, in pixels, so that nothing moves when it is. */
export function heightOf(shape: GraphShape): number {
  const { nodes, size, direction, gap } = shape;
  const layers = sizesOfLayers(nodes);
  const [count, space] =
    direction === 'right'
      ? [Math.max(1, ...layers), gap.beside]
      : [Math.max(1, layers.length), gap.between];
  const height = count * size.height + (count + 1) * space + CONTROLS_HEIGHT;
  return Math.min(MAXIMUM_HEIGHT, Math.max(MINIMUM_HEIGHT, height));
}
