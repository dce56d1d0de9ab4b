import { makeStyles } from '@material-ui/core/styles';
import { TaskStatusLabel } from '../../../components';
import { Link, useLinks } from '../../../navigation';
import type { Relative } from './lineageModel';

const useStyles = makeStyles(theme => ({
  root: {
    width: '100%',
    height: '100%',
    boxSizing: 'border-box',
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
}));

/** A task in the lineage graph. */
export function LineageNode(props: { relative: Relative; isCurrent: boolean }) {
  const classes = useStyles();
  const links = useLinks();
  const { relative, isCurrent } = props;
  return (
    <div className={`${classes.root} ${isCurrent ? classes.current : ''}`}>
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
    </div>
  );
}
