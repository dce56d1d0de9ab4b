import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { devartTaskTransportsExtensionPoint } from '@devart/plugin-devart-node';
import { RabbitmqTransport } from './broker/RabbitmqTransport';
import { readRabbitmqSettings } from './config/readRabbitmqSettings';

/**
 * The module of the devart plugin that joins RabbitMQ. Without
 * `devart.rabbitmq` in the configuration it adds nothing.
 *
 * @public
 */
export const rabbitmqModule = createBackendModule({
  pluginId: 'devart',
  moduleId: 'rabbitmq',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        logger: coreServices.logger,
        transports: devartTaskTransportsExtensionPoint,
      },
      async init({ config, logger, transports }) {
        const settings = readRabbitmqSettings(config);
        if (settings) {
          transports.addTransport(new RabbitmqTransport({ settings, logger }));
        } else {
          logger.debug(
            'RabbitMQ is not configured: agents have their tasks from the control plane directly',
          );
        }
      },
    });
  },
});
