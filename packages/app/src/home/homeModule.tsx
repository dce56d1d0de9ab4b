import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { HomePageWidgetBlueprint } from '@backstage/plugin-home-react/alpha';

const firstSteps = HomePageWidgetBlueprint.make({
  name: 'first-steps',
  params: {
    name: 'FirstSteps',
    title: 'First steps',
    description: 'Where to look first in this portal',
    components: () =>
      import('./FirstSteps').then(({ FirstSteps }) => ({
        Content: FirstSteps,
      })),
  },
});

export const homeModule = createFrontendModule({
  pluginId: 'home',
  extensions: [firstSteps],
});
