export { AGENT_FILTER, isDevartAgent, TASKS_FILTER } from './conditions';
