import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { notificationsProcessingExtensionPoint } from '@backstage/plugin-notifications-node';
import { TelegramApi } from './api/TelegramApi';
import { readTelegramSettings } from './config/readTelegramSettings';
import { createDeliveryReports } from './delivery/createDeliveryReports';
import { DeliveryQueue } from './delivery/DeliveryQueue';
import { ChatDirectory } from './processor/ChatDirectory';
import { TelegramProcessor } from './processor/TelegramProcessor';

/**
 * The module of the notifications plugin that sends to Telegram. Without
 * `notifications.processors.telegram` in the configuration it adds nothing.
 *
 * @public
 */
export const telegramModule = createBackendModule({
  pluginId: 'notifications',
  moduleId: 'telegram',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        metrics: metricsServiceRef,
        notifications: notificationsProcessingExtensionPoint,
      },
      async init({
        auth,
        catalog,
        config,
        lifecycle,
        logger,
        metrics,
        notifications,
      }) {
        const bots = readTelegramSettings(config);
        if (bots.length === 0) {
          logger.info(
            'Telegram is not configured: without notifications.processors.telegram, nothing is sent there',
          );
          return;
        }
        const report = createDeliveryReports({ logger, metrics });
        for (const settings of bots) {
          const queue = new DeliveryQueue({
            api: new TelegramApi(settings),
            limit: settings.limit,
            report: report(settings.name),
          });
          lifecycle.addShutdownHook(() => queue.stop());
          notifications.addProcessor(
            new TelegramProcessor({
              settings,
              queue,
              chats: new ChatDirectory({
                annotation: settings.chatIdAnnotation,
                auth,
                catalog,
                logger,
              }),
              portalUrl: config.getString('app.baseUrl'),
              logger,
            }),
          );
        }
      },
    });
  },
});
