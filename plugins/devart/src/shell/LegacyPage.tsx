import { Header, Page, RoutedTabs } from '@backstage/core-components';
import { LiveBadge } from '../live';
import { AnalyticsPage } from '../pages/AnalyticsPage';
import { AuditPage } from '../pages/AuditPage';
import { BudgetsPage } from '../pages/BudgetsPage';
import { HomePage } from '../pages/HomePage';
import { ReviewsPage } from '../pages/ReviewsPage';
import { AgentsRoutes } from './AgentsRoutes';
import { ApprovalsRoutes } from './ApprovalsRoutes';
import { DevartProvider } from './DevartProvider';
import { RunsRoutes } from './RunsRoutes';
import { TasksRoutes } from './TasksRoutes';
import { WorkflowsRoutes } from './WorkflowsRoutes';

/** All pages with a header of their own, for the old frontend system. */
export function LegacyPage() {
  return (
    <DevartProvider>
      <Page themeId="tool">
        <Header title="devart" subtitle="Agents at work">
          <LiveBadge />
        </Header>
        <RoutedTabs
          routes={[
            { path: '/home', title: 'Command centre', children: <HomePage /> },
            { path: '/tasks', title: 'Tasks', children: <TasksRoutes /> },
            {
              path: '/workflows',
              title: 'Workflows',
              children: <WorkflowsRoutes />,
            },
            { path: '/runs', title: 'Runs', children: <RunsRoutes /> },
            {
              path: '/approvals',
              title: 'Approvals',
              children: <ApprovalsRoutes />,
            },
            { path: '/reviews', title: 'Reviews', children: <ReviewsPage /> },
            { path: '/agents', title: 'Agents', children: <AgentsRoutes /> },
            { path: '/budgets', title: 'Budgets', children: <BudgetsPage /> },
            {
              path: '/analytics',
              title: 'Analytics',
              children: <AnalyticsPage />,
            },
            { path: '/audit', title: 'Audit trail', children: <AuditPage /> },
          ]}
        />
      </Page>
    </DevartProvider>
  );
}
