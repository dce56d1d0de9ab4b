export { AgentsRoutes } from './AgentsRoutes';
export { ApprovalsRoutes } from './ApprovalsRoutes';
export { LegacyPage } from './LegacyPage';
export { RunsRoutes } from './RunsRoutes';
export { Shell } from './Shell';
export { TasksRoutes } from './TasksRoutes';
export { WorkflowsRoutes } from './WorkflowsRoutes';
