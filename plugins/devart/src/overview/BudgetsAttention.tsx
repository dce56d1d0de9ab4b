import type { BudgetState } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { BudgetBar, useBudgetsInNeed } from '../budgets';
import { Loaded, Rows, ServiceStatusLabel } from '../components';
import { Link, useLinks } from '../navigation';

const useStyles = makeStyles(theme => ({
  list: {
    display: 'grid',
    gap: theme.spacing(2),
    margin: 0,
    padding: 0,
    listStyle: 'none',
  },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0, 2),
    ...theme.typography.body2,
    marginBottom: theme.spacing(0.5),
    overflowWrap: 'anywhere',
  },
}));

function Bars(props: { of: string; budgets: readonly BudgetState[] }) {
  return (
    <>
      {props.budgets.map(budget => (
        <BudgetBar key={budget.id} of={props.of} budget={budget} />
      ))}
    </>
  );
}

/** Budgets that are nearly or wholly used up, and services that cannot be paid because of it. */
export function BudgetsAttention() {
  const classes = useStyles();
  const links = useLinks();
  const live = useBudgetsInNeed();
  return (
    <Loaded live={live} skeleton={<Rows count={2} height={64} />}>
      {({ services, budgets }) =>
        services.length + budgets.length === 0 ? (
          <Typography variant="body2">
            No budget needs you. Those of which 80 % is used appear here. See{' '}
            <Link underline="always" to={links.budgets()}>
              all budgets
            </Link>
            .
          </Typography>
        ) : (
          <ul className={classes.list}>
            {services.map(service => (
              <li key={service.id}>
                <div className={classes.head}>
                  <Link to={links.budgets()}>{service.title}</Link>
                  <ServiceStatusLabel status={service.status} />
                </div>
                <Bars of={service.title} budgets={service.budgets} />
              </li>
            ))}
            {budgets.map(({ name, budget }) => (
              <li key={budget.id}>
                <div className={classes.head}>
                  <Link to={links.budgets()}>{name}</Link>
                </div>
                <Bars of={name} budgets={[budget]} />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
