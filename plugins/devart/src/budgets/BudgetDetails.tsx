import type { BudgetChange, BudgetState } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { useDevartApi } from '../api';
import { PagedList } from '../components';
import { useLivePages } from '../live';
import { BudgetChangeTable } from './BudgetChangeTable';
import { Forecast } from './Forecast';

/** When a budget will run out, and who changed it. */
export function BudgetDetails(props: { of: string; budget: BudgetState }) {
  const api = useDevartApi();
  const { of, budget } = props;
  const pages = useLivePages<BudgetChange>(
    {
      // Charges are told of all budgets together.
      topics: ['budget'],
      pageSize: 5,
      minimumIntervalMs: 2000,
      loadPage: (page, signal) =>
        api.budgets.changesOf({ id: budget.id, ...page }, { signal }),
    },
    [api, budget.id, budget.version],
  );
  return (
    <>
      <Forecast budget={budget} />
      <PagedList
        pages={pages}
        skeletonRows={2}
        empty={
          <Typography variant="body2">
            It is as it was set in the configuration.
          </Typography>
        }
      >
        {items => (
          <BudgetChangeTable
            isOfOneBudget
            label={`Changes of the budget of ${of}`}
            changes={items}
          />
        )}
      </PagedList>
    </>
  );
}
