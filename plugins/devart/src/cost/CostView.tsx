import { makeStyles } from '@material-ui/core/styles';
import { TaskCostsPanel, usePeriod } from '../analytics';
import { BudgetsPanel } from '../budgets';
import { EmptyState, PagedList, Panel } from '../components';
import { DownloadLedgerButton, LedgerTable, useLedgerPages } from '../ledger';
import { Link, useLinks } from '../navigation';
import { SpendPanel } from '../spend';

const useStyles = makeStyles(theme => ({
  root: { display: 'grid', gap: theme.spacing(2) },
}));

/** What was spent about something of the catalog, or by an agent. */
export function CostView(props: {
  of: { entityRef: string } | { agentId: string };
  agentName?: string;
}) {
  const classes = useStyles();
  const links = useLinks();
  const { of, agentName } = props;
  const period = usePeriod();
  const pages = useLedgerPages({ filters: of, pageSize: 10 });
  return (
    <div className={classes.root}>
      <SpendPanel of={of} groupBy={'agentId' in of ? 'model' : 'agent'} />
      {'agentId' in of && (
        <BudgetsPanel
          title="Budgets of this agent"
          of={{
            scopeKind: 'agent',
            scopeRef: of.agentId,
            name: agentName ?? 'this agent',
          }}
        />
      )}
      <TaskCostsPanel of={of} period={period} />
      <Panel
        title="Ledger"
        actions={
          <>
            <Link to={links.ledger(of)}>All, with filters</Link>
            <DownloadLedgerButton filters={of} />
          </>
        }
      >
        <PagedList
          pages={pages}
          empty={
            <EmptyState
              title="Nothing has been spent on this yet"
              text="What agents pay for models and other services on its behalf appears here."
            />
          }
        >
          {items => (
            <LedgerTable
              label="Ledger"
              entries={items}
              onCorrected={pages.reload}
            />
          )}
        </PagedList>
      </Panel>
    </div>
  );
}
