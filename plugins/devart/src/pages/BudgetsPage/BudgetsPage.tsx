import { makeStyles } from '@material-ui/core/styles';
import {
  BudgetAlertsPanel,
  BudgetChangesPanel,
  BudgetsPanel,
  ServicesPanel,
} from '../../budgets';
import { ViewTabs } from '../../components';
import { SpendPanel } from '../../spend';
import { PageHead, useUrlFilters } from '../shared';
import { LedgerView } from './LedgerView';

const NAMES = ['view'] as const;
const VIEWS = [
  { value: 'budgets', label: 'Budgets' },
  { value: 'spend', label: 'Spending' },
  { value: 'ledger', label: 'Ledger' },
  { value: 'history', label: 'History' },
] as const;

const useStyles = makeStyles(theme => ({
  parts: { display: 'grid', gap: theme.spacing(2) },
}));

/** What may be spent, what was, and on what. */
export function BudgetsPage() {
  const classes = useStyles();
  const { filters, setFilters } = useUrlFilters(NAMES);
  const view =
    VIEWS.find(({ value }) => value === filters.view)?.value ?? 'budgets';
  return (
    <>
      <PageHead title="Budgets" />
      <ViewTabs
        label="Budgets"
        value={view}
        views={VIEWS}
        onChange={chosen =>
          setFilters({ view: chosen === 'budgets' ? undefined : chosen })
        }
      >
        {view === 'budgets' && (
          <div className={classes.parts}>
            <ServicesPanel />
            <BudgetsPanel />
          </div>
        )}
        {view === 'spend' && <SpendPanel />}
        {view === 'ledger' && <LedgerView />}
        {view === 'history' && (
          <div className={classes.parts}>
            <BudgetAlertsPanel />
            <BudgetChangesPanel />
          </div>
        )}
      </ViewTabs>
    </>
  );
}
