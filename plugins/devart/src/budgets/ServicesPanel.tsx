import { budgetUpdatePermission } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import AddIcon from '@material-ui/icons/Add';
import { ActionButton, EmptyState, Loaded, Panel, Rows } from '../components';
import { ModelsNotice } from './ModelsNotice';
import { ServiceCard } from './ServiceCard';
import { useBudgetDialogs } from './useBudgetDialogs';
import { useServiceDialogs } from './useServiceDialogs';
import { useServiceStates } from './useServiceStates';

const useStyles = makeStyles(theme => ({
  list: {
    display: 'grid',
    gap: theme.spacing(1.5),
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 440px), 1fr))',
    alignItems: 'start',
  },
}));

/** What is paid, with how much of its budgets is used. */
export function ServicesPanel() {
  const classes = useStyles();
  const live = useServiceStates();
  const services = useServiceDialogs({ onChanged: live.reload });
  const budgets = useBudgetDialogs({ onChanged: live.reload });
  return (
    <Panel
      title="Services"
      actions={
        <ActionButton
          permission={budgetUpdatePermission}
          startIcon={<AddIcon aria-hidden />}
          onClick={services.create}
        >
          Add a service
        </ActionButton>
      }
    >
      <ModelsNotice />
      <Loaded live={live} skeleton={<Rows count={3} height={120} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title="Nothing that costs money is known yet"
              text={
                <>
                  A service is an API that agents pay for with{' '}
                  <code>POST /tasks/dispatch</code>, or a provider of models.
                  Providers of models are configured under{' '}
                  <code>devart.gateway.upstreams</code>; other services are
                  added here. The page “Budgets in the portal” of the
                  documentation, <code>docs/budgets-portal.md</code>, says how.
                </>
              }
            />
          ) : (
            <div className={classes.list}>
              {items.map(service => (
                <ServiceCard
                  key={service.id}
                  service={service}
                  services={services}
                  budgets={budgets}
                />
              ))}
            </div>
          )
        }
      </Loaded>
      {services.dialog}
      {budgets.dialog}
    </Panel>
  );
}
