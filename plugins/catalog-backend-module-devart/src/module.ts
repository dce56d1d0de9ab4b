import { CatalogModelSources } from '@backstage/catalog-model/alpha';
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { catalogModelExtensionPoint } from '@backstage/plugin-catalog-node/alpha';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { createDevartClient } from '@devart/plugin-devart-common';
import { agentSource } from './agentSource';
import { AuthoredAgents } from './AuthoredAgents';
import { AuthoredWorkflows } from './AuthoredWorkflows';
import { readDevartProviderConfig } from './readDevartProviderConfig';
import { RecordEntityProvider } from './RecordEntityProvider';
import { workflowModel } from './workflowModel';
import { workflowSource } from './workflowSource';

/**
 * The module of the catalog that keeps agents and workflows in it: those that
 * the control plane manages as entities, and those that catalog files describe
 * as records of the control plane. It brings the kind `Workflow`.
 *
 * @public
 */
export const catalogModuleDevart = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'devart',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        events: eventsServiceRef,
        logger: coreServices.logger,
        model: catalogModelExtensionPoint,
        processing: catalogProcessingExtensionPoint,
        scheduler: coreServices.scheduler,
      },
      async init({
        auth,
        catalog,
        config,
        discovery,
        events,
        logger,
        model,
        processing,
        scheduler,
      }) {
        const { defaultOwner, schedule } = readDevartProviderConfig(config);
        const client = createDevartClient({
          baseUrl: () => discovery.getBaseUrl('devart'),
          token: async () => {
            const { token } = await auth.getPluginRequestToken({
              onBehalfOf: await auth.getOwnServiceCredentials(),
              targetPluginId: 'devart',
            });
            return token;
          },
        });
        const shared = { auth, catalog, events, logger };
        const scheduled = () => ({
          ...shared,
          schedule: scheduler.createScheduledTaskRunner(schedule),
        });
        model.addModelSource(CatalogModelSources.static([workflowModel]));
        processing.addEntityProvider(
          new RecordEntityProvider(
            agentSource({ client, defaultOwner }),
            scheduled(),
          ),
          new RecordEntityProvider(
            workflowSource({ client, defaultOwner }),
            scheduled(),
          ),
        );
        const authoredAgents = new AuthoredAgents({ ...shared, client });
        await scheduler.scheduleTask({
          ...schedule,
          id: 'devart-authored-agents',
          fn: signal => authoredAgents.describe(signal),
        });
        const authoredWorkflows = new AuthoredWorkflows({ ...shared, client });
        await scheduler.scheduleTask({
          ...schedule,
          id: 'devart-authored-workflows',
          fn: signal => authoredWorkflows.describe(signal),
        });
      },
    });
  },
});
