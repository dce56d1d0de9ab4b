export { AgentsRoutes } from './AgentsRoutes';
export { LegacyPage } from './LegacyPage';
export { Shell } from './Shell';
export { TasksRoutes } from './TasksRoutes';
