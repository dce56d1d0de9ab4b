import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createReviewRequestAction } from './actions/reviewRequest';
import { createTaskCreateAction } from './actions/taskCreate';
import { createTaskWaitAction } from './actions/taskWait';

/**
 * The module of the scaffolder with the actions `devart:review:request`,
 * `devart:task:create` and `devart:task:wait`.
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
          createReviewRequestAction(services),
          createTaskCreateAction(services),
          createTaskWaitAction(services),
        );
      },
    });
  },
});
