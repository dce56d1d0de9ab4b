import { DatabaseManager } from '@backstage/backend-defaults/database';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/**
 * The database service as `backend.database` of the configuration says, whose
 * connections end when the back end stops.
 *
 * Backstage's own means to do that, but as of backend-defaults 0.18 it takes the
 * configuration of a client for its name and fails in silence before it ends
 * the first connection.
 */
export const testDatabaseServiceFactory = createServiceFactory({
  service: coreServices.database,
  deps: {
    config: coreServices.rootConfig,
    rootLifecycle: coreServices.rootLifecycle,
    lifecycle: coreServices.lifecycle,
    logger: coreServices.logger,
    pluginMetadata: coreServices.pluginMetadata,
  },
  createRootContext({ config, rootLifecycle }) {
    const clients = new Set<Knex>();
    // With the life cycle it also ends its timers.
    const manager = DatabaseManager.fromConfig(config, { rootLifecycle });
    rootLifecycle.addShutdownHook(async () => {
      await Promise.all([...clients].map(client => client.destroy()));
    });
    return { manager, clients };
  },
  factory({ pluginMetadata, lifecycle, logger }, { manager, clients }) {
    const service = manager.forPlugin(pluginMetadata.getId(), {
      lifecycle,
      logger,
    });
    return {
      ...service,
      async getClient() {
        const client = await service.getClient();
        clients.add(client);
        return client;
      },
    };
  },
});
