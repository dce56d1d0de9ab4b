import type { BudgetChange } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { EmptyState, PagedList, Panel } from '../components';
import { useLivePages } from '../live';
import { BudgetChangeTable } from './BudgetChangeTable';

/** Who changed which budget, and why. */
export function BudgetChangesPanel() {
  const api = useDevartApi();
  const pages = useLivePages<BudgetChange>(
    {
      topics: ['budget', 'service'],
      pageSize: 20,
      minimumIntervalMs: 1000,
      loadPage: (page, signal) => api.budgets.changes(page, { signal }),
    },
    [api],
  );
  return (
    <Panel title="Changes of budgets">
      <PagedList
        pages={pages}
        empty={
          <EmptyState
            title="No budget has been set or changed yet"
            text="Every change appears here with who made it and why."
          />
        }
      >
        {items => (
          <BudgetChangeTable label="Changes of budgets" changes={items} />
        )}
      </PagedList>
    </Panel>
  );
}
