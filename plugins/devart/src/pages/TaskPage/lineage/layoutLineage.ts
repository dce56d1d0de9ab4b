import ELK from 'elkjs/lib/elk.bundled.js';
import type { Relative } from './lineageModel';

export const NODE_WIDTH = 220;
export const NODE_HEIGHT = 64;

/** Where each task of a lineage stands, by id. */
export type Positions = Map<string, { x: number; y: number }>;

/** Lays a lineage out from left to right. */
export async function layoutLineage(
  relatives: readonly Relative[],
): Promise<Positions> {
  const ids = new Set(relatives.map(({ id }) => id));
  const graph = await new ELK().layout({
    id: 'lineage',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.spacing.nodeNode': '24',
      'elk.layered.spacing.nodeNodeBetweenLayers': '64',
    },
    children: relatives.map(({ id }) => ({
      id,
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
    })),
    edges: relatives.flatMap(({ id, parentId }) =>
      parentId && ids.has(parentId)
        ? [{ id: `${parentId}-${id}`, sources: [parentId], targets: [id] }]
        : [],
    ),
  });
  return new Map(graph.children?.map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
}
