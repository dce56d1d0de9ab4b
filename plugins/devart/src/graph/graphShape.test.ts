import fc from 'fast-check';
import {
  heightOf,
  inOrder,
  isWide,
  layersOf,
  type ShapeNode,
} from './graphShape';
import { layoutGraph } from './layoutGraph';
import { stepShape } from './stepShape';

const DIAMOND: ShapeNode[] = [
  { id: 'end', after: ['left', 'right'] },
  { id: 'left', after: ['start'] },
  { id: 'right', after: ['start', 'gone'] },
  { id: 'start', after: [] },
];

/** Nodes that come only after nodes before them, in a random order. */
const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
  .map(picks =>
    picks.map((befores, index) => ({
      id: `n${index}`,
      after: index === 0 ? [] : befores.map(pick => `n${pick % index}`),
    })),
  )
  .chain(nodes => fc.shuffledSubarray(nodes, { minLength: nodes.length }));

describe('the shape of a graph', () => {
  it('is wide when much stands side by side, not when it is long', () => {
    const side = (count: number) => [
      { id: 'start', after: [] },
      ...Array.from({ length: count }, (_, n) => ({
        id: `n${n}`,
        after: ['start'],
      })),
    ];
    const row = Array.from({ length: 50 }, (_, n) => ({
      id: `n${n}`,
      after: n === 0 ? [] : [`n${n - 1}`],
    }));
    expect(isWide(side(50))).toBe(true);
    expect(isWide(side(5))).toBe(false);
    expect(isWide(row)).toBe(false);
    expect(isWide([])).toBe(false);
  });

  it('puts every node behind all that it comes after', () => {
    fc.assert(
      fc.property(graphs, nodes => {
        const layers = layersOf(nodes);
        const order = inOrder(nodes).map(({ id }) => id);
        for (const { id, after } of nodes) {
          for (const before of after) {
            expect(layers.get(before)).toBeLessThan(layers.get(id)!);
            expect(order.indexOf(before)).toBeLessThan(order.indexOf(id));
          }
        }
      }),
    );
  });

  it('survives cycles, which only a broken answer can have', () => {
    const nodes = [
      { id: 'a', after: ['b'] },
      { id: 'b', after: ['a'] },
    ];
    expect(inOrder(nodes)).toHaveLength(2);
  });

  it('keeps as much room free as the layout needs', async () => {
    for (const isNarrow of [false, true]) {
      const shape = { ...stepShape(isNarrow), nodes: DIAMOND };
      const { positions } = await layoutGraph(shape);
      expect([...positions.keys()].sort()).toEqual(
        DIAMOND.map(({ id }) => id).sort(),
      );
      const ys = [...positions.values()].map(({ y }) => y);
      expect(Math.max(...ys) + shape.size.height).toBeLessThanOrEqual(
        heightOf(shape),
      );
      const axis = isNarrow ? 'y' : 'x';
      expect(positions.get('start')![axis]).toBeLessThan(
        positions.get('left')![axis],
      );
      expect(positions.get('left')![axis]).toBeLessThan(
        positions.get('end')![axis],
      );
    }
  });

  it('leads lines around the nodes, from one to the other', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.boolean(), async (drawn, isNarrow) => {
        const nodes = drawn.map(({ id, after }) => ({
          id,
          after: [...new Set(after)],
        }));
        const shape = { ...stepShape(isNarrow), nodes };
        const { positions, routes } = await layoutGraph(shape);
        const { width, height } = shape.size;
        for (const points of routes.values()) {
          expect(points.length).toBeGreaterThanOrEqual(2);
          points.slice(1).forEach((to, index) => {
            const from = points[index];
            const crossed = [...positions].filter(
              ([, { x, y }]) =>
                Math.max(from.x, to.x) > x + 1 &&
                Math.min(from.x, to.x) < x + width - 1 &&
                Math.max(from.y, to.y) > y + 1 &&
                Math.min(from.y, to.y) < y + height - 1,
            );
            expect(crossed).toEqual([]);
          });
        }
        expect(routes.size).toBe(nodes.flatMap(({ after }) => after).length);
      }),
      { numRuns: 30 },
    );
  });
});
