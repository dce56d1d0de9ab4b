/**
 * The pages, entity tabs and cards of devart, for the old frontend system; the
 * new one takes them from `@devart/plugin-devart/alpha`.
 *
 * @packageDocumentation
 */

export { devartApiRef, type DevartApi } from './api';
export { isDevartAgent, isDevartWorkflow } from './entity';
export {
  DevartPage,
  devartPlugin,
  EntityDevartAgentContent,
  EntityDevartCostContent,
  EntityDevartRunsContent,
  EntityDevartTasksContent,
  EntityDevartWorkCard,
  EntityDevartWorkflowContent,
} from './plugin';
