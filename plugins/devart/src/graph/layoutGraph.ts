import ELK, { type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { GraphShape } from './graphShape';
import type { Point } from './roundedPath';

/** Where everything in a graph is, in pixels. */
export interface Layout {
  /** The upper left corner of each node, by id. */
  positions: ReadonlyMap<string, Point>;
  /** The way of each line around the nodes between its ends, by {@link edgeIdOf}. */
  routes: ReadonlyMap<string, readonly Point[]>;
}

/** What the line from one node to another is called. */
export function edgeIdOf(from: string, to: string): string {
  return `${from}-${to}`;
}

/** Lays a graph out in layers, with ELK's algorithm of that name (https://eclipse.dev/elk/reference/algorithms/org-eclipse-elk-layered.html). */
export async function layoutGraph(shape: GraphShape): Promise<Layout> {
  const { nodes, size, direction, gap } = shape;
  const ids = new Set(nodes.map(({ id }) => id));
  const graph = await new ELK().layout<ElkNode>({
    id: 'graph',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction === 'down' ? 'DOWN' : 'RIGHT',
      'elk.spacing.nodeNode': String(gap.beside),
      'elk.layered.spacing.nodeNodeBetweenLayers': String(gap.between),
      'elk.edgeRouting': 'ORTHOGONAL',
      // Steps stay in the order in which they are written.
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    },
    children: nodes.map(({ id }) => ({ id, ...size })),
    edges: nodes.flatMap(({ id, after }) =>
      after
        .filter(before => ids.has(before))
        .map(before => ({
          id: edgeIdOf(before, id),
          sources: [before],
          targets: [id],
        })),
    ),
  });
  return {
    positions: new Map(
      graph.children?.map(({ id, x = 0, y = 0 }) => [id, { x, y }]),
    ),
    routes: new Map(
      graph.edges?.map(({ id, sections = [] }) => [
        id,
        sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
          startPoint,
          ...bendPoints,
          endPoint,
        ]),
      ]),
    ),
  };
}
