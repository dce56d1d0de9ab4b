import { StatusOK, StatusWarning } from '@backstage/core-components';
import { makeStyles } from '@material-ui/core/styles';
import type { Overview } from './useOverview';

const useStyles = makeStyles(theme => ({
  list: {
    ...theme.typography.body2,
    listStyle: 'none',
    padding: 0,
    margin: theme.spacing(2, 0, 0),
  },
}));

const NAMES: Readonly<Record<string, string>> = { rabbitmq: 'RabbitMQ' };

/** Whether the brokers can be reached that tell agents of their tasks; nothing without any. */
export function TransportStates(props: {
  transports: Overview['queue']['transports'];
}) {
  const classes = useStyles();
  if (props.transports.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Brokers" className={classes.list}>
      {props.transports.map(({ id, state, detail }) => {
        const name = NAMES[id] ?? id;
        return (
          <li key={id}>
            {state === 'connected' ? (
              <StatusOK>{name} tells agents of their tasks.</StatusOK>
            ) : (
              <div role="status">
                <StatusWarning>
                  {name} cannot be reached{detail ? `: ${detail}` : ''}. Agents
                  have their tasks from the control plane directly.
                </StatusWarning>
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
