import type {
  BudgetAlert,
  BudgetAlertKind,
} from '@devart/plugin-devart-common';
import ForecastIcon from '@material-ui/icons/TrendingUp';
import DelegatedIcon from '@material-ui/icons/SwapHoriz';
import SuspendedIcon from '@material-ui/icons/Block';
import ExhaustedIcon from '@material-ui/icons/ErrorOutline';
import ThresholdIcon from '@material-ui/icons/ReportProblemOutlined';
import { useDevartApi } from '../api';
import {
  DataTable,
  EmptyState,
  IconLabel,
  PagedList,
  Panel,
  RelativeTime,
  type Column,
} from '../components';
import { BUDGET_ALERT_WORDS } from '../format';
import { useLivePages } from '../live';

const LOOKS = {
  threshold: { Icon: ThresholdIcon, tone: 'warning' },
  exhausted: { Icon: ExhaustedIcon, tone: 'error' },
  suspended: { Icon: SuspendedIcon, tone: 'error' },
  delegated: { Icon: DelegatedIcon, tone: 'warning' },
  forecast: { Icon: ForecastIcon, tone: 'warning' },
} as const satisfies Record<BudgetAlertKind, unknown>;

const COLUMNS: Column<BudgetAlert>[] = [
  { header: 'When', render: ({ at }) => <RelativeTime at={at} /> },
  {
    header: 'What',
    render: ({ kind }) => (
      <IconLabel {...LOOKS[kind]}>{BUDGET_ALERT_WORDS[kind]}</IconLabel>
    ),
  },
  { header: 'In words', render: ({ message }) => message },
];

/** What budgets and services told by themselves. */
export function BudgetAlertsPanel() {
  const api = useDevartApi();
  const pages = useLivePages<BudgetAlert>(
    {
      topics: ['budget', 'service'],
      pageSize: 10,
      minimumIntervalMs: 1000,
      loadPage: (page, signal) => api.budgets.alerts(page, { signal }),
    },
    [api],
  );
  return (
    <Panel title="Alerts">
      <PagedList
        pages={pages}
        skeletonRows={3}
        empty={
          <EmptyState
            title="No budget has raised an alert"
            text="Budgets that reach 80 % or their end, or are expected to, and services that are suspended or delegated appear here, once a window."
          />
        }
      >
        {items => (
          <DataTable
            label="Alerts"
            columns={COLUMNS}
            rows={items}
            rowKey={({ id }) => id}
          />
        )}
      </PagedList>
    </Panel>
  );
}
