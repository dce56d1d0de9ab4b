import type { OperationOutput, operations } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { Money, RelativeTime } from '../../components';

type Delegation = OperationOutput<
  typeof operations.tasks.history
>['delegations'][number];

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
}));

/** What another service has paid than the one that was asked for. */
export function Delegations(props: { delegations: readonly Delegation[] }) {
  const classes = useStyles();
  return (
    <ol className={classes.list} aria-label="Paid by fallbacks">
      {props.delegations.map(({ at, from, to, amountMicros }, index) => (
        <li key={index} className={classes.item}>
          {to.name} paid <Money micros={amountMicros} /> instead of{' '}
          {from.map(({ name }) => name).join(', ')}, <RelativeTime at={at} />
        </li>
      ))}
    </ol>
  );
}
