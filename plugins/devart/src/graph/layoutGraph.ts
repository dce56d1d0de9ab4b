import ELK from 'elkjs/lib/elk.bundled.js';
import type { GraphShape } from './graphShape';

/** Where each node stands, by id: its upper left corner in pixels. */
export type Positions = Map<string, { x: number; y: number }>;

/** Lays a graph out in layers, with ELK's algorithm of that name (https://eclipse.dev/elk/reference/algorithms/org-eclipse-elk-layered.html). */
export async function layoutGraph(shape: GraphShape): Promise<Positions> {
  const { nodes, size, direction, gap } = shape;
  const ids = new Set(nodes.map(({ id }) => id));
  const graph = await new ELK().layout({
    id: 'graph',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction === 'down' ? 'DOWN' : 'RIGHT',
      'elk.spacing.nodeNode': String(gap.beside),
      'elk.layered.spacing.nodeNodeBetweenLayers': String(gap.between),
      // Steps stay in the order in which they are written.
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    },
    children: nodes.map(({ id }) => ({ id, ...size })),
    edges: nodes.flatMap(({ id, after }) =>
      after
        .filter(before => ids.has(before))
        .map(before => ({
          id: `${before}-${id}`,
          sources: [before],
          targets: [id],
        })),
    ),
  });
  return new Map(graph.children?.map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
}
