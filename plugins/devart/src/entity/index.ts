export {
  AGENT_FILTER,
  COST_FILTER,
  isDevartAgent,
  isDevartWorkflow,
  TASKS_FILTER,
  WORKFLOW_FILTER,
} from './conditions';
