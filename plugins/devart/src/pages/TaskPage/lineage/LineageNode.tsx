import { makeStyles } from '@material-ui/core/styles';
import { Handle, Position, type NodeProps } from '@xyflow/react';
import { TaskStatusLabel } from '../../../components';
import { Link, useLinks } from '../../../navigation';
import { NODE_HEIGHT, NODE_WIDTH } from './layoutLineage';
import type { Relative } from './lineageModel';

const useStyles = makeStyles(theme => ({
  root: {
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    overflow: 'hidden',
    padding: theme.spacing(0.75, 1),
    ...theme.typography.body2,
    color: theme.palette.text.primary,
    backgroundColor: theme.palette.background.paper,
    border: `1px solid ${theme.palette.text.secondary}`,
    borderRadius: theme.shape.borderRadius,
  },
  current: { borderWidth: 3, borderColor: theme.palette.primary.main },
  title: {
    display: 'block',
    whiteSpace: 'nowrap',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    fontWeight: 600,
  },
  handle: { visibility: 'hidden' },
}));

/** A task in the lineage graph. */
export function LineageNode({ data }: NodeProps) {
  const classes = useStyles();
  const links = useLinks();
  const { relative, isCurrent } = data as {
    relative: Relative;
    isCurrent: boolean;
  };
  return (
    <div className={`${classes.root} ${isCurrent ? classes.current : ''}`}>
      <Handle
        type="target"
        position={Position.Left}
        className={classes.handle}
      />
      {isCurrent ? (
        <span className={classes.title} title={relative.title}>
          {relative.title}
        </span>
      ) : (
        <Link
          to={links.task(relative.id)}
          className={classes.title}
          title={relative.title}
        >
          {relative.title}
        </Link>
      )}
      <TaskStatusLabel status={relative.status} />
      <Handle
        type="source"
        position={Position.Right}
        className={classes.handle}
      />
    </div>
  );
}
