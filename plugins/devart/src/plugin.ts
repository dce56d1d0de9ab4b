import {
  createApiFactory,
  createComponentExtension,
  createPlugin,
  createRoutableExtension,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/core-plugin-api';
import { createDevartApi, devartApiRef } from './api';
import { devartRoutes, rootRouteRef } from './routes';

/** The plugin for the old frontend system. @public */
export const devartPlugin = createPlugin({
  id: 'devart',
  apis: [
    createApiFactory({
      api: devartApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: createDevartApi,
    }),
  ],
  routes: devartRoutes,
});

/** All pages, to be mounted at `/devart`. @public */
export const DevartPage = devartPlugin.provide(
  createRoutableExtension({
    name: 'DevartPage',
    mountPoint: rootRouteRef,
    component: () => import('./shell').then(module => module.LegacyPage),
  }),
);

/** The tab *Tasks* for components. @public */
export const EntityDevartTasksContent = devartPlugin.provide(
  createComponentExtension({
    name: 'EntityDevartTasksContent',
    component: {
      lazy: () =>
        import('./entity/EntityTasksContent').then(
          module => module.EntityTasksContent,
        ),
    },
  }),
);

/** The tab *Agent* for entities of which {@link isDevartAgent} is true. @public */
export const EntityDevartAgentContent = devartPlugin.provide(
  createComponentExtension({
    name: 'EntityDevartAgentContent',
    component: {
      lazy: () =>
        import('./entity/EntityAgentContent').then(
          module => module.EntityAgentContent,
        ),
    },
  }),
);

/** The tab *Cost* for components and agents. @public */
export const EntityDevartCostContent = devartPlugin.provide(
  createComponentExtension({
    name: 'EntityDevartCostContent',
    component: {
      lazy: () =>
        import('./entity/EntityCostContent').then(
          module => module.EntityCostContent,
        ),
    },
  }),
);

/** A card with the number of tasks about an entity. @public */
export const EntityDevartWorkCard = devartPlugin.provide(
  createComponentExtension({
    name: 'EntityDevartWorkCard',
    component: {
      lazy: () =>
        import('./entity/EntityWorkCard').then(module => module.EntityWorkCard),
    },
  }),
);

/** The tab *Workflow* for entities of which {@link isDevartWorkflow} is true. @public */
export const EntityDevartWorkflowContent = devartPlugin.provide(
  createComponentExtension({
    name: 'EntityDevartWorkflowContent',
    component: {
      lazy: () =>
        import('./entity/EntityWorkflowContent').then(
          module => module.EntityWorkflowContent,
        ),
    },
  }),
);

/** The tab *Runs* for components. @public */
export const EntityDevartRunsContent = devartPlugin.provide(
  createComponentExtension({
    name: 'EntityDevartRunsContent',
    component: {
      lazy: () =>
        import('./entity/EntityRunsContent').then(
          module => module.EntityRunsContent,
        ),
    },
  }),
);
