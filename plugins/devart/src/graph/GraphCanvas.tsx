import '@xyflow/react/dist/style.css';
import Skeleton from '@material-ui/lab/Skeleton';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import {
  Controls,
  MarkerType,
  MiniMap,
  Position,
  ReactFlow,
  type Node,
} from '@xyflow/react';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { CanvasEdgeView, type CanvasEdge } from './CanvasEdgeView';
import { CanvasKeys } from './CanvasKeys';
import { CanvasNodeView } from './CanvasNodeView';
import {
  CONTROLS_HEIGHT,
  heightOf,
  isWide,
  type GraphShape,
  type ShapeNode,
} from './graphShape';
import { edgeIdOf, layoutGraph, type Layout } from './layoutGraph';

/** The buttons stand below the nodes, not on them. */
const FIT = {
  maxZoom: 1,
  minZoom: 0.5,
  padding: { x: '12px', top: '12px', bottom: `${CONTROLS_HEIGHT}px` },
} as const;
/** A hundred nodes beside each other fit. */
const MIN_ZOOM = 0.05;
/** Large enough to be seen where the graph is made small to fit. */
const ARROW = { width: 20, height: 20 } as const;
const NODE_TYPES = { content: CanvasNodeView };
const EDGE_TYPES = { routed: CanvasEdgeView };

/** A node of a {@link GraphCanvas}. */
export interface CanvasNode extends ShapeNode {
  content: ReactNode;
  /** Those of `after` to which a dashed line leads. */
  dashed?: readonly string[];
}

const useStyles = makeStyles(theme => ({
  root: {
    border: `1px solid ${theme.palette.divider}`,
    borderRadius: theme.shape.borderRadius,
    '& .react-flow': {
      '--xy-background-color': theme.palette.background.paper,
      '--xy-edge-stroke': theme.palette.text.secondary,
    },
    // The library's own grey is too faint to read.
    '& .react-flow__attribution a': { color: theme.palette.text.primary },
  },
}));

function edgesOf(
  nodes: readonly CanvasNode[],
  { routes }: Layout,
  color: string,
): CanvasEdge[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return nodes.flatMap(({ id, after, dashed = [] }) =>
    after
      .filter(before => ids.has(before))
      .map(before => ({
        id: edgeIdOf(before, id),
        type: 'routed' as const,
        data: { points: routes.get(edgeIdOf(before, id)) ?? [] },
        source: before,
        target: id,
        focusable: false,
        markerEnd: { type: MarkerType.ArrowClosed, color, ...ARROW },
        style: dashed.includes(before) ? { strokeDasharray: '6 4' } : undefined,
      })),
  );
}

/** Nodes with lines between them, laid out in the browser in a space that is kept free for them. */
export function GraphCanvas(props: {
  label: string;
  shape: Omit<GraphShape, 'nodes'>;
  nodes: readonly CanvasNode[];
}) {
  const classes = useStyles();
  const theme = useTheme();
  const { label, nodes } = props;
  const { direction, size } = props.shape;
  const [laidOut, setLaidOut] = useState<{ key: string; layout: Layout }>();
  // Only what stands behind what moves anything; a new status does not.
  const key = `${direction} ${nodes.map(({ id, after }) => `${id}<${after}`).join()}`;
  const shape = { ...props.shape, nodes };
  const height = heightOf(shape);

  useEffect(() => {
    let isCurrent = true;
    layoutGraph(shape).then(layout => {
      if (isCurrent) {
        setLaidOut({ key, layout });
      }
    });
    return () => {
      isCurrent = false;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  const drawn = useMemo<Node[]>(
    () =>
      nodes.flatMap(({ id, content }) => {
        const position = laidOut?.layout.positions.get(id);
        return position
          ? [
              {
                id,
                type: 'content',
                position,
                ...size,
                sourcePosition:
                  direction === 'down' ? Position.Bottom : Position.Right,
                targetPosition:
                  direction === 'down' ? Position.Top : Position.Left,
                data: { content },
              },
            ]
          : [];
      }),
    [nodes, laidOut, direction, size],
  );

  if (laidOut?.key !== key) {
    return <Skeleton variant="rect" height={height} />;
  }
  return (
    <div
      className={classes.root}
      style={{ height }}
      role="group"
      aria-label={label}
      aria-keyshortcuts="+ - 0"
    >
      <ReactFlow
        key={key}
        nodes={drawn}
        edges={edgesOf(nodes, laidOut.layout, theme.palette.text.secondary)}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        colorMode={theme.palette.type}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        fitView
        fitViewOptions={FIT}
        minZoom={MIN_ZOOM}
      >
        <Controls showInteractive={false} orientation="horizontal" />
        <CanvasKeys minZoom={MIN_ZOOM} />
        {isWide(nodes) && (
          <MiniMap pannable zoomable ariaLabel="Where in the graph this is" />
        )}
      </ReactFlow>
    </div>
  );
}
