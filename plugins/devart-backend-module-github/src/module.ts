import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  devartCodeHostsExtensionPoint,
  devartWebhooksExtensionPoint,
} from '@devart/plugin-devart-node';
import { GithubClient } from './api/GithubClient';
import { GithubCodeHost } from './codeHost/GithubCodeHost';
import { readGithubSettings } from './config/readGithubSettings';
import { GithubWebhook } from './webhook/GithubWebhook';

/**
 * The module of the devart plugin that joins GitHub. Without `devart.github`
 * in the configuration it adds nothing.
 *
 * @public
 */
export const githubModule = createBackendModule({
  pluginId: 'devart',
  moduleId: 'github',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        logger: coreServices.logger,
        codeHosts: devartCodeHostsExtensionPoint,
        webhooks: devartWebhooksExtensionPoint,
      },
      async init({ config, logger, codeHosts, webhooks }) {
        const settings = readGithubSettings(config);
        if (!settings) {
          logger.info(
            'GitHub is not configured: without devart.github, pull requests start no reviews',
          );
          return;
        }
        const client = GithubClient.create({ settings, logger });
        codeHosts.addCodeHost(new GithubCodeHost({ settings, client }));
        webhooks.addWebhook(new GithubWebhook(settings));
      },
    });
  },
});
