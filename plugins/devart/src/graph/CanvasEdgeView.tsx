import { BaseEdge, type Edge, type EdgeProps } from '@xyflow/react';
import { roundedPath, type Point } from './roundedPath';

/** A line between two nodes, along the way that was laid out for it. */
export type CanvasEdge = Edge<{ points: readonly Point[] }, 'routed'>;

/** Draws a {@link CanvasEdge}. */
export function CanvasEdgeView({
  data,
  markerEnd,
  style,
}: EdgeProps<CanvasEdge>) {
  return (
    <BaseEdge
      path={roundedPath(data?.points ?? [])}
      markerEnd={markerEnd}
      style={style}
    />
  );
}
