import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { createDevartClient } from '@devart/plugin-devart-common';
import { AgentEntityProvider } from './AgentEntityProvider';
import { AuthoredAgents } from './AuthoredAgents';
import { readDevartProviderConfig } from './readDevartProviderConfig';

/**
 * The module of the catalog that keeps agents in it: those that the control
 * plane manages as entities, and those that catalog files describe as records
 * of the control plane.
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
        const agents = new AgentEntityProvider({
          auth,
          catalog,
          client,
          defaultOwner,
          events,
          logger,
          schedule: scheduler.createScheduledTaskRunner(schedule),
        });
        const authored = new AuthoredAgents({ auth, catalog, client, logger });
        processing.addEntityProvider(agents);
        await scheduler.scheduleTask({
          ...schedule,
          id: 'devart-authored-agents',
          fn: signal => authored.describe(signal),
        });
      },
    });
  },
});
