import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createAgentRegisterAction } from './actions/agentRegister';
import { createApprovalRequestAction } from './actions/approvalRequest';
import { createReviewRequestAction } from './actions/reviewRequest';
import { createTaskCreateAction } from './actions/taskCreate';
import { createTaskWaitAction } from './actions/taskWait';
import { createWorkflowRunAction } from './actions/workflowRun';
import { createWorkflowWaitAction } from './actions/workflowWait';

/**
 * The module of the scaffolder with the actions `devart:agent:register`,
 * `devart:approval:request`, `devart:review:request`, `devart:task:create`,
 * `devart:task:wait`, `devart:workflow:run` and `devart:workflow:wait`.
 *
 * @public
 */
export const scaffolderModuleDevart = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'devart',
  register(env) {
    env.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
      },
      async init({ actions, ...services }) {
        actions.addActions(
          createAgentRegisterAction(services),
          createApprovalRequestAction(services),
          createReviewRequestAction(services),
          createTaskCreateAction(services),
          createTaskWaitAction(services),
          createWorkflowRunAction(services),
          createWorkflowWaitAction(services),
        );
      },
    });
  },
});
