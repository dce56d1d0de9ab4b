import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { RelativeTime } from '../../components';
import { timeTaken } from '../../format';
import { Link, useLinks } from '../../navigation';

type Attempt = OperationOutput<
  typeof operations.tasks.history
>['attempts'][number];

const OUTCOMES: Record<NonNullable<Attempt['outcome']>, string> = {
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  lost: 'Lost: the agent fell silent',
  waiting: 'Stopped to wait',
};

const useStyles = makeStyles(theme => ({
  list: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    ...theme.typography.body2,
  },
  item: {
    padding: theme.spacing(0.75, 0),
    borderTop: `1px solid ${theme.palette.divider}`,
    overflowWrap: 'anywhere',
  },
  meta: {
    color: theme.palette.text.secondary,
    '& a': { textDecoration: 'underline' },
  },
  error: { whiteSpace: 'pre-wrap' },
}));

/** Every try at a task. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const classes = useStyles();
  const links = useLinks();
  return (
    <ol className={classes.list} aria-label="Attempts">
      {attempts.map(attempt => (
        <li key={attempt.attempt} className={classes.item}>
          {attempt.attempt}.{' '}
          {attempt.outcome ? OUTCOMES[attempt.outcome] : 'Running'}
          <div className={classes.meta}>
            {attempt.agent && (
              <>
                <Link to={links.agent(attempt.agent.id)}>
                  {attempt.agent.name}
                </Link>
                ,{' '}
              </>
            )}
            started <RelativeTime at={attempt.startedAt} />
            {attempt.finishedAt && `, took ${timeTaken(attempt)}`}
          </div>
          {attempt.error && (
            <div className={classes.error}>{attempt.error}</div>
          )}
        </li>
      ))}
    </ol>
  );
}
