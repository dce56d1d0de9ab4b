import '@xyflow/react/dist/style.css';
import Skeleton from '@material-ui/lab/Skeleton';
import { makeStyles, useTheme } from '@material-ui/core/styles';
import {
  Controls,
  Position,
  ReactFlow,
  type Edge,
  type Node,
} from '@xyflow/react';
import { useEffect, useMemo, useState } from 'react';
import { STATUS_WORDS } from '../../../format';
import {
  layoutLineage,
  NODE_HEIGHT,
  NODE_WIDTH,
  type Positions,
} from './layoutLineage';
import type { Relative } from './lineageModel';
import { LineageNode } from './LineageNode';

const HEIGHT = 320;
const NODE_TYPES = { task: LineageNode };

const useStyles = makeStyles(theme => ({
  root: {
    height: HEIGHT,
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

/** A lineage as a graph. */
export default function LineageGraph(props: {
  relatives: readonly Relative[];
  currentId: string;
}) {
  const classes = useStyles();
  const theme = useTheme();
  const { relatives, currentId } = props;
  const [positions, setPositions] = useState<Positions>();
  // Only who follows from whom moves anything; a new status does not.
  const shape = relatives
    .map(({ id, parentId }) => `${id}<${parentId ?? ''}`)
    .join();

  useEffect(() => {
    let isCurrent = true;
    layoutLineage(relatives).then(found => {
      if (isCurrent) {
        setPositions(found);
      }
    });
    return () => {
      isCurrent = false;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape]);

  const nodes = useMemo<Node[]>(
    () =>
      relatives.flatMap(relative => {
        const position = positions?.get(relative.id);
        return position
          ? [
              {
                id: relative.id,
                type: 'task',
                position,
                width: NODE_WIDTH,
                height: NODE_HEIGHT,
                sourcePosition: Position.Right,
                targetPosition: Position.Left,
                data: { relative, isCurrent: relative.id === currentId },
                ariaLabel: `${relative.title}, ${STATUS_WORDS[relative.status]}`,
              },
            ]
          : [];
      }),
    [relatives, positions, currentId],
  );
  const edges = useMemo<Edge[]>(
    () =>
      relatives.flatMap(({ id, parentId }) =>
        parentId && positions?.has(parentId)
          ? [
              {
                id: `${parentId}-${id}`,
                source: parentId,
                target: id,
                focusable: false,
              },
            ]
          : [],
      ),
    [relatives, positions],
  );

  if (!positions) {
    return <Skeleton variant="rect" height={HEIGHT} />;
  }
  return (
    <div className={classes.root}>
      <ReactFlow
        key={shape}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={theme.palette.type}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
        minZoom={0.1}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
