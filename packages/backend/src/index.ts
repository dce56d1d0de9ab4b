import { createBackend } from '@backstage/backend-defaults';
import { rootHealthServiceFactory } from '@devart/plugin-devart-node';
import { startTelemetry } from '@devart/telemetry';

const telemetry = startTelemetry(process.env, {
  serviceName: 'devart-backend',
});
process.once('SIGTERM', () => telemetry?.shutdown());

const backend = createBackend();

backend.add(import('@backstage/plugin-app-backend'));

backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('./guests'));

backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(import('@backstage/plugin-catalog-backend-module-ai-model'));
backend.add(import('@backstage/plugin-catalog-backend-module-logs'));
backend.add(
  import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'),
);
backend.add(import('@devart/plugin-catalog-backend-module-devart'));

backend.add(import('@devart/plugin-devart-backend'));
backend.add(import('@devart/plugin-devart-backend-module-github'));
backend.add(import('@devart/plugin-devart-backend-module-rabbitmq'));
backend.add(rootHealthServiceFactory);

backend.add(import('@backstage/plugin-events-backend'));

backend.add(import('@backstage/plugin-notifications-backend'));
backend.add(import('@devart/plugin-notifications-backend-module-telegram'));

backend.add(import('@backstage/plugin-permission-backend'));
backend.add(import('@devart/plugin-permission-backend-module-devart'));

backend.add(import('@backstage/plugin-scaffolder-backend'));
backend.add(import('@devart/plugin-scaffolder-backend-module-devart'));

backend.add(import('@backstage/plugin-search-backend'));
backend.add(import('@backstage/plugin-search-backend-module-catalog'));
backend.add(import('@backstage/plugin-search-backend-module-pg'));

backend.add(import('@backstage/plugin-signals-backend'));

backend.add(import('@backstage/plugin-user-settings-backend'));

backend.start().catch(error => {
  // Backstage only logs what nobody catches, and would live on half started.
  // eslint-disable-next-line no-console
  console.error(error.message);
  process.exit(1);
});
