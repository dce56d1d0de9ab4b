import { makeStyles } from '@material-ui/core/styles';
import { Handle, useReactFlow, type NodeProps } from '@xyflow/react';
import type { FocusEvent, ReactNode } from 'react';

const useStyles = makeStyles({
  root: { width: '100%', height: '100%', pointerEvents: 'all' },
  handle: { visibility: 'hidden' },
});

/** A node with its content, and the ends of its lines. */
export function CanvasNodeView(props: NodeProps) {
  const classes = useStyles();
  const flow = useReactFlow();
  const { id, data, sourcePosition, targetPosition } = props;

  // Whoever walks through with the keyboard sees where they are; under a
  // pointer nothing may move.
  const showWhenFocused = (event: FocusEvent<HTMLElement>) => {
    if (event.target.matches(':focus-visible')) {
      const zoom = flow.getZoom();
      flow.fitView({ nodes: [{ id }], minZoom: zoom, maxZoom: zoom });
    }
  };

  return (
    <div className={classes.root} onFocus={showWhenFocused}>
      <Handle
        type="target"
        position={targetPosition!}
        className={classes.handle}
      />
      {data.content as ReactNode}
      <Handle
        type="source"
        position={sourcePosition!}
        className={classes.handle}
      />
    </div>
  );
}
