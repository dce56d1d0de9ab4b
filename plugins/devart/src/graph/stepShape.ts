import type { GraphShape } from './graphShape';

const SIZE = { width: 190, height: 76 };
const GAP = { beside: 16, between: 36 };
const WIDE = { size: SIZE, gap: GAP, direction: 'right' } as const;
const NARROW = { size: SIZE, gap: GAP, direction: 'down' } as const;

/** How graphs of steps are laid out. */
export function stepShape(isNarrow: boolean): Omit<GraphShape, 'nodes'> {
  return isNarrow ? NARROW : WIDE;
}
