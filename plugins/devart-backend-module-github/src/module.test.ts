import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  devartCodeHostsExtensionPoint,
  devartWebhooksExtensionPoint,
  type CodeHost,
  type InboundWebhook,
} from '@devart/plugin-devart-node';
import { StandInGithub } from '@devart/stand-in-github';
import githubModule from '.';

jest.setTimeout(120_000);

describe('githubModule', () => {
  async function start(data: object) {
    const codeHosts: CodeHost[] = [];
    const webhooks: InboundWebhook[] = [];
    const logger = mockServices.logger.mock();
    logger.child.mockReturnValue(logger);
    const backend = await startTestBackend({
      extensionPoints: [
        [
          devartCodeHostsExtensionPoint,
          { addCodeHost: codeHost => codeHosts.push(codeHost) },
        ],
        [
          devartWebhooksExtensionPoint,
          { addWebhook: webhook => webhooks.push(webhook) },
        ],
      ],
      features: [
        githubModule,
        logger.factory,
        mockServices.rootConfig.factory({ data }),
      ],
    });
    await backend.stop();
    return { codeHosts, webhooks, logger };
  }

  it('adds the code host and its webhooks', async () => {
    const github = await StandInGithub.start();
    const { codeHosts, webhooks, logger } = await start({
      devart: { github: github.settings() },
    });
    await github.stop();

    expect(codeHosts.map(({ id }) => id)).toEqual(['github']);
    expect(webhooks.map(({ source }) => source)).toEqual(['github']);
    const logged = JSON.stringify([
      logger.info.mock.calls,
      logger.warn.mock.calls,
      logger.debug.mock.calls,
      logger.error.mock.calls,
    ]);
    expect(logged).not.toContain(github.webhookSecret);
    expect(logged).not.toContain('PRIVATE KEY');
  });

  it('adds nothing where GitHub is not configured, and says so', async () => {
    const { codeHosts, webhooks, logger } = await start({});

    expect(codeHosts).toEqual([]);
    expect(webhooks).toEqual([]);
    expect(logger.info).toHaveBeenCalledWith(
      'GitHub is not configured: without devart.github, pull requests start no reviews',
    );
  });

  it.each([undefined, ''])(
    'refuses to start when the webhook secret is %j',
    async webhookSecret => {
      await expect(
        start({ devart: { github: { webhookSecret, token: 'ghp_x' } } }),
      ).rejects.toThrow(/devart\.github\.webhookSecret is missing or empty/);
    },
  );
});
