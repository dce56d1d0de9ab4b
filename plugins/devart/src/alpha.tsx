import {
  ApiBlueprint,
  createFrontendPlugin,
  discoveryApiRef,
  fetchApiRef,
  PageBlueprint,
  PluginHeaderActionBlueprint,
  SubPageBlueprint,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
  EntityContextMenuItemBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { HomePageWidgetBlueprint } from '@backstage/plugin-home-react/alpha';
import AgentsIcon from '@material-ui/icons/AndroidOutlined';
import TasksIcon from '@material-ui/icons/AssignmentOutlined';
import CostIcon from '@material-ui/icons/AccountBalanceWalletOutlined';
import DevartIcon from '@material-ui/icons/DeviceHub';
import RunsIcon from '@material-ui/icons/PlayCircleOutline';
import WorkflowIcon from '@material-ui/icons/AccountTreeOutlined';
import { createDevartApi, devartApiRef } from './api';
import {
  AGENT_FILTER,
  COST_FILTER,
  TASKS_FILTER,
  WORKFLOW_FILTER,
} from './entity';
import { useRunWorkflowItem } from './entity/useRunWorkflowItem';
import { devartRoutes, rootRouteRef } from './routes';

const api = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: devartApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: createDevartApi,
    }),
});

const page = PageBlueprint.make({
  params: { path: '/devart', routeRef: rootRouteRef },
});

const liveBadge = PluginHeaderActionBlueprint.make({
  name: 'live',
  params: {
    loader: async () => {
      const { LiveBadge } = await import('./live');
      return <LiveBadge />;
    },
  },
});

const homePage = SubPageBlueprint.make({
  name: 'home',
  params: {
    path: 'home',
    title: 'Command centre',
    loader: async () => {
      const [{ Shell }, { HomePage }] = await Promise.all([
        import('./shell'),
        import('./pages/HomePage'),
      ]);
      return (
        <Shell>
          <HomePage />
        </Shell>
      );
    },
  },
});

const tasksPage = SubPageBlueprint.make({
  name: 'tasks',
  params: {
    path: 'tasks',
    title: 'Tasks',
    loader: async () => {
      const { Shell, TasksRoutes } = await import('./shell');
      return (
        <Shell>
          <TasksRoutes />
        </Shell>
      );
    },
  },
});

const workflowsPage = SubPageBlueprint.make({
  name: 'workflows',
  params: {
    path: 'workflows',
    title: 'Workflows',
    loader: async () => {
      const { Shell, WorkflowsRoutes } = await import('./shell');
      return (
        <Shell>
          <WorkflowsRoutes />
        </Shell>
      );
    },
  },
});

const runsPage = SubPageBlueprint.make({
  name: 'runs',
  params: {
    path: 'runs',
    title: 'Runs',
    loader: async () => {
      const { Shell, RunsRoutes } = await import('./shell');
      return (
        <Shell>
          <RunsRoutes />
        </Shell>
      );
    },
  },
});

const approvalsPage = SubPageBlueprint.make({
  name: 'approvals',
  params: {
    path: 'approvals',
    title: 'Approvals',
    loader: async () => {
      const { Shell, ApprovalsRoutes } = await import('./shell');
      return (
        <Shell>
          <ApprovalsRoutes />
        </Shell>
      );
    },
  },
});

const reviewsPage = SubPageBlueprint.make({
  name: 'reviews',
  params: {
    path: 'reviews',
    title: 'Reviews',
    loader: async () => {
      const [{ Shell }, { ReviewsPage }] = await Promise.all([
        import('./shell'),
        import('./pages/ReviewsPage'),
      ]);
      return (
        <Shell>
          <ReviewsPage />
        </Shell>
      );
    },
  },
});

const agentsPage = SubPageBlueprint.make({
  name: 'agents',
  params: {
    path: 'agents',
    title: 'Agents',
    loader: async () => {
      const { Shell, AgentsRoutes } = await import('./shell');
      return (
        <Shell>
          <AgentsRoutes />
        </Shell>
      );
    },
  },
});

const budgetsPage = SubPageBlueprint.make({
  name: 'budgets',
  params: {
    path: 'budgets',
    title: 'Budgets',
    loader: async () => {
      const [{ Shell }, { BudgetsPage }] = await Promise.all([
        import('./shell'),
        import('./pages/BudgetsPage'),
      ]);
      return (
        <Shell>
          <BudgetsPage />
        </Shell>
      );
    },
  },
});

const analyticsPage = SubPageBlueprint.make({
  name: 'analytics',
  params: {
    path: 'analytics',
    title: 'Analytics',
    loader: async () => {
      const [{ Shell }, { AnalyticsPage }] = await Promise.all([
        import('./shell'),
        import('./pages/AnalyticsPage'),
      ]);
      return (
        <Shell>
          <AnalyticsPage />
        </Shell>
      );
    },
  },
});

const auditPage = SubPageBlueprint.make({
  name: 'audit',
  params: {
    path: 'audit',
    title: 'Audit trail',
    loader: async () => {
      const [{ Shell }, { AuditPage }] = await Promise.all([
        import('./shell'),
        import('./pages/AuditPage'),
      ]);
      return (
        <Shell>
          <AuditPage />
        </Shell>
      );
    },
  },
});

const entityTasks = EntityContentBlueprint.make({
  name: 'tasks',
  params: {
    path: '/tasks',
    title: 'Tasks',
    icon: <TasksIcon fontSize="inherit" />,
    filter: TASKS_FILTER,
    loader: async () => {
      const { EntityTasksContent } =
        await import('./entity/EntityTasksContent');
      return <EntityTasksContent />;
    },
  },
});

const entityAgent = EntityContentBlueprint.make({
  name: 'agent',
  params: {
    path: '/agent',
    title: 'Agent',
    icon: <AgentsIcon fontSize="inherit" />,
    filter: AGENT_FILTER,
    loader: async () => {
      const { EntityAgentContent } =
        await import('./entity/EntityAgentContent');
      return <EntityAgentContent />;
    },
  },
});

const entityRuns = EntityContentBlueprint.make({
  name: 'runs',
  params: {
    path: '/runs',
    title: 'Runs',
    icon: <RunsIcon fontSize="inherit" />,
    filter: TASKS_FILTER,
    loader: async () => {
      const { EntityRunsContent } = await import('./entity/EntityRunsContent');
      return <EntityRunsContent />;
    },
  },
});

const entityCost = EntityContentBlueprint.make({
  name: 'cost',
  params: {
    path: '/cost',
    title: 'Cost',
    icon: <CostIcon fontSize="inherit" />,
    filter: COST_FILTER,
    loader: async () => {
      const { EntityCostContent } = await import('./entity/EntityCostContent');
      return <EntityCostContent />;
    },
  },
});

const entityWorkflow = EntityContentBlueprint.make({
  name: 'workflow',
  params: {
    path: '/workflow',
    title: 'Workflow',
    icon: <WorkflowIcon fontSize="inherit" />,
    filter: WORKFLOW_FILTER,
    loader: async () => {
      const { EntityWorkflowContent } =
        await import('./entity/EntityWorkflowContent');
      return <EntityWorkflowContent />;
    },
  },
});

const runWorkflowItem = EntityContextMenuItemBlueprint.make({
  name: 'run-workflow',
  params: {
    icon: <RunsIcon fontSize="small" />,
    filter: TASKS_FILTER,
    useProps: useRunWorkflowItem,
  },
});

const entityWork = EntityCardBlueprint.make({
  name: 'work',
  params: {
    type: 'info',
    filter: TASKS_FILTER,
    loader: async () => {
      const { EntityWorkCard } = await import('./entity/EntityWorkCard');
      return <EntityWorkCard />;
    },
  },
});

const needsYouWidget = HomePageWidgetBlueprint.make({
  name: 'needs-you',
  params: {
    name: 'DevartNeedsYou',
    title: 'Needs you',
    description: 'Work of agents that does not go on without a person',
    components: async () => ({
      Content: (await import('./home/NeedsYouWidget')).NeedsYouWidget,
    }),
  },
});

const approvalsWidget = HomePageWidgetBlueprint.make({
  name: 'approvals',
  params: {
    name: 'DevartApprovals',
    title: 'Approvals waiting for you',
    description: 'What agents and workflows may do only with your consent',
    components: async () => ({
      Content: (await import('./home/ApprovalsWidget')).ApprovalsWidget,
    }),
  },
});

const workWidget = HomePageWidgetBlueprint.make({
  name: 'work',
  params: {
    name: 'DevartWork',
    title: 'Queue and agents',
    description: 'How much work there is for agents, and what they are doing',
    components: async () => ({
      Content: (await import('./home/WorkWidget')).WorkWidget,
    }),
  },
});

const budgetsWidget = HomePageWidgetBlueprint.make({
  name: 'budgets',
  params: {
    name: 'DevartBudgets',
    title: 'Budgets that need attention',
    description: 'Budgets that are nearly used up, and services that rest',
    components: async () => ({
      Content: (await import('./home/BudgetsWidget')).BudgetsWidget,
    }),
  },
});

const activityWidget = HomePageWidgetBlueprint.make({
  name: 'activity',
  params: {
    name: 'DevartActivity',
    title: 'Activity of people and agents',
    description: 'What people and agents do, as it happens',
    components: async () => ({
      Content: (await import('./home/ActivityWidget')).ActivityWidget,
    }),
  },
});

/** The pages, entity tabs, cards and home widgets of devart. @alpha */
export default createFrontendPlugin({
  pluginId: 'devart',
  title: 'devart',
  icon: <DevartIcon fontSize="inherit" />,
  info: { packageJson: () => import('../package.json') },
  routes: devartRoutes,
  extensions: [
    api,
    page,
    liveBadge,
    homePage,
    tasksPage,
    workflowsPage,
    runsPage,
    approvalsPage,
    reviewsPage,
    agentsPage,
    budgetsPage,
    analyticsPage,
    auditPage,
    entityTasks,
    entityAgent,
    entityRuns,
    entityCost,
    entityWorkflow,
    runWorkflowItem,
    entityWork,
    needsYouWidget,
    approvalsWidget,
    workWidget,
    budgetsWidget,
    activityWidget,
  ],
});
