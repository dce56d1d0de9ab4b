import { StatusWarning } from '@backstage/core-components';
import { TASK_PRIORITIES } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import {
  CapabilityChips,
  PriorityLabel,
  RelativeTime,
  TaskStatusLabel,
} from '../components';
import { duration, plural } from '../format';
import { Link, useLinks } from '../navigation';
import { Tiles } from './Tiles';
import { TransportStates } from './TransportStates';
import type { Overview } from './useOverview';

const useStyles = makeStyles(theme => ({
  part: { marginTop: theme.spacing(2) },
  unserved: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    ...theme.typography.body2,
  },
}));

/** An open transaction of this age slows claims down enough to be worth a word. */
const OLD_TRANSACTION_SECONDS = 60;

/** How much work there is, which of it waits too long, and which of it nobody can do. */
export function QueueNumbers({ queue }: { queue: Overview['queue'] }) {
  const classes = useStyles();
  const links = useLinks();
  const statuses = ['queued', 'running', 'waiting'] as const;
  return (
    <>
      <Tiles
        label="Tasks by status"
        tiles={statuses.map(status => ({
          key: status,
          label: <TaskStatusLabel status={status} />,
          count: queue[status],
          to: links.taskList({ status: [status] }),
        }))}
      />
      <Typography variant="body2" className={classes.part} gutterBottom>
        {queue.scheduled > 0 &&
          `Not due yet: ${plural(queue.scheduled, 'queued task')}. `}
        {queue.oldestQueuedAt ? (
          <>
            The oldest task in the queue was put there{' '}
            <RelativeTime at={queue.oldestQueuedAt} />.
          </>
        ) : (
          'Nothing waits for an agent.'
        )}
      </Typography>
      <Tiles
        label="Queued tasks by priority"
        tiles={TASK_PRIORITIES.map(priority => ({
          key: priority,
          label: <PriorityLabel priority={priority} />,
          count: queue.byPriority[priority],
          to: links.taskList({ status: ['queued'], priority }),
        }))}
      />
      {queue.alerts.map(({ capabilities, reason, since }) => (
        <div
          key={capabilities.join()}
          role="status"
          className={`${classes.unserved} ${classes.part}`}
        >
          <StatusWarning>
            <CapabilityChips capabilities={capabilities} /> {reason}, since{' '}
            <RelativeTime at={since} />.
          </StatusWarning>
        </div>
      ))}
      {queue.oldestTransactionSeconds > OLD_TRANSACTION_SECONDS && (
        <Typography
          variant="body2"
          component="div"
          role="status"
          className={classes.part}
        >
          <StatusWarning>
            A transaction has been open in the database for{' '}
            {duration(queue.oldestTransactionSeconds)}. While it is, handing out
            tasks becomes slower and slower.
          </StatusWarning>
        </Typography>
      )}
      <TransportStates transports={queue.transports} />
      {queue.unserved.map(({ capabilities, queued }) => (
        <div
          key={capabilities.join()}
          className={`${classes.unserved} ${classes.part}`}
        >
          <span>
            {plural(queued, 'queued task')} that no active agent can do. Needed:
          </span>
          <CapabilityChips capabilities={capabilities} />
          <Link to={links.agents()}>See the agents</Link>
        </div>
      ))}
    </>
  );
}
