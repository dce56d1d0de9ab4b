/** A place on the canvas, in pixels. */
export interface Point {
  x: number;
  y: number;
}

const RADIUS = 8;

function towards(from: Point, to: Point, most: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(most, length / 2) / length;
  return {
    x: from.x + (to.x - from.x) * part,
    y: from.y + (to.y - from.y) * part,
  };
}

/** The path of SVG through some points, with rounded corners. */
export function roundedPath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const next = points[index + 1];
      if (!before) {
        return `M${point.x},${point.y}`;
      }
      if (!next) {
        return `L${point.x},${point.y}`;
      }
      const into = towards(point, before, RADIUS);
      const out = towards(point, next, RADIUS);
      return `L${into.x},${into.y} Q${point.x},${point.y} ${out.x},${out.y}`;
    })
    .join(' ');
}
