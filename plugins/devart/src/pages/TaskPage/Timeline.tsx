import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { ActorLabel, RelativeTime, TaskStatusLabel } from '../../components';

type Transition = OperationOutput<
  typeof operations.tasks.history
>['transitions'][number];

const useStyles = makeStyles(theme => ({
  list: {
    listStyle: 'none',
    margin: theme.spacing(0, 0, 2),
    padding: 0,
    ...theme.typography.body2,
  },
  item: {
    paddingLeft: theme.spacing(1.5),
    paddingBottom: theme.spacing(1.5),
    borderLeft: `2px solid ${theme.palette.divider}`,
    overflowWrap: 'anywhere',
  },
  what: {
    color: theme.palette.text.secondary,
    '& a': { textDecoration: 'underline' },
  },
}));

/** The changes of a task's status, oldest first: what, who, when, why. */
export function Timeline({
  transitions,
}: {
  transitions: readonly Transition[];
}) {
  const classes = useStyles();
  return (
    <ol className={classes.list} aria-label="Timeline">
      {transitions.map((transition, index) => (
        // Entries are only ever added at the end.
        // eslint-disable-next-line react/no-array-index-key
        <li key={index} className={classes.item}>
          <TaskStatusLabel status={transition.to} />
          <div className={classes.what}>
            <ActorLabel actor={transition.actor} />,{' '}
            <RelativeTime at={transition.at} />
            {transition.attempt > 0 && `, attempt ${transition.attempt}`}
          </div>
          {transition.reason && <div>{transition.reason}</div>}
        </li>
      ))}
    </ol>
  );
}
