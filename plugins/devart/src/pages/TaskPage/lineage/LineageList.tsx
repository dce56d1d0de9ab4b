import { makeStyles } from '@material-ui/core/styles';
import { TaskStatusLabel } from '../../../components';
import { Link, useLinks } from '../../../navigation';
import { childrenByParent, type Relative } from './lineageModel';

const useStyles = makeStyles(theme => ({
  list: {
    margin: 0,
    paddingLeft: theme.spacing(2.5),
    ...theme.typography.body2,
  },
  item: { marginTop: theme.spacing(0.5), overflowWrap: 'anywhere' },
}));

/** A lineage as nested lists. */
export function LineageList(props: {
  relatives: readonly Relative[];
  currentId: string;
}) {
  const children = childrenByParent(props.relatives);
  return <Branch {...props} branches={children} parentId={undefined} />;
}

function Branch(props: {
  branches: ReturnType<typeof childrenByParent>;
  parentId: string | undefined;
  currentId: string;
}) {
  const classes = useStyles();
  const links = useLinks();
  const { branches, parentId, currentId } = props;
  const relatives = branches.get(parentId) ?? [];
  return (
    <ul
      className={classes.list}
      aria-label={parentId === undefined ? 'Lineage' : undefined}
    >
      {relatives.map(relative => (
        <li key={relative.id} className={classes.item}>
          {relative.id === currentId ? (
            <strong aria-current="page">{relative.title} (this task)</strong>
          ) : (
            <Link to={links.task(relative.id)}>{relative.title}</Link>
          )}{' '}
          <TaskStatusLabel status={relative.status} />
          {branches.has(relative.id) && (
            <Branch
              branches={branches}
              parentId={relative.id}
              currentId={currentId}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
