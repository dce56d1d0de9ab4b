import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  actionsRegistryServiceRef,
  metricsServiceRef,
} from '@backstage/backend-plugin-api/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { devartPermissions } from '@devart/plugin-devart-common';
import {
  devartCodeHostsExtensionPoint,
  devartModelUpstreamsExtensionPoint,
  devartTaskTransportsExtensionPoint,
  devartWebhooksExtensionPoint,
  rootReadinessServiceRef,
  type CodeHost,
  type InboundWebhook,
  type ModelUpstream,
  type TaskTransport,
} from '@devart/plugin-devart-node';
import { readDevartConfig } from './config/DevartConfig';
import { ControlPlane } from './ControlPlane';
import { Registry } from './Registry';

/**
 * The control plane.
 * @public
 */
export const devartPlugin = createBackendPlugin({
  pluginId: 'devart',
  register(env) {
    const codeHosts = new Registry<CodeHost>('code host', host => host.id);
    const webhooks = new Registry<InboundWebhook>(
      'webhook',
      webhook => webhook.source,
    );
    const transports = new Registry<TaskTransport>(
      'task transport',
      transport => transport.id,
    );
    const upstreams = new Registry<ModelUpstream>(
      'model upstream',
      upstream => upstream.id,
    );
    env.registerExtensionPoint(devartModelUpstreamsExtensionPoint, {
      addUpstream: upstream => upstreams.add(upstream),
    });
    env.registerExtensionPoint(devartTaskTransportsExtensionPoint, {
      addTransport: transport => transports.add(transport),
    });
    env.registerExtensionPoint(devartCodeHostsExtensionPoint, {
      addCodeHost: host => codeHosts.add(host),
    });
    env.registerExtensionPoint(devartWebhooksExtensionPoint, {
      addWebhook: webhook => webhooks.add(webhook),
    });

    env.registerInit({
      deps: {
        actions: actionsRegistryServiceRef,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        metrics: metricsServiceRef,
        // Made from what every backend has: a portal without notifications starts all the same.
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        readiness: rootReadinessServiceRef,
        signals: signalsServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init({ config, httpRouter, lifecycle, readiness, ...services }) {
        const controlPlane = await ControlPlane.create({
          ...services,
          config: readDevartConfig(config),
          codeHosts: codeHosts.all(),
          webhooks: webhooks.all(),
          transports: transports.all(),
          upstreams: upstreams.all(),
        });
        services.permissionsRegistry.addPermissions([...devartPermissions]);
        // Agents come with keys and webhooks with signatures: the control
        // plane authenticates every call itself.
        httpRouter.addAuthPolicy({ path: '/', allow: 'unauthenticated' });
        httpRouter.use(controlPlane.router());
        readiness.addCheck('devart', async () => controlPlane.problems());
        lifecycle.addStartupHook(() => controlPlane.start());
        lifecycle.addShutdownHook(() => controlPlane.stop());
      },
    });
  },
});
