import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { ControlPlaneServices } from '../controlPlane/ControlPlaneServices';
import { examples } from './agentRegister.examples';
import { createOnce } from './createOnce';
import { DRY_RUN_ID } from './dryRun';
import { filledIn } from './filledIn';
import { portalUrl } from './portalUrl';

/** `devart:agent:register`: makes an agent that has no key yet. */
export function createAgentRegisterAction(services: ControlPlaneServices) {
  const { config } = services;
  return createTemplateAction({
    id: 'devart:agent:register',
    description:
      'Registers an agent without a key. A supervisor gives it a key on its page, where only they see it, and activates it: what a template puts out and logs is kept, and a key must not be.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        name: z =>
          z
            .string()
            .min(1)
            .max(63)
            .describe('What it is called; nobody else may be called that'),
        description: z =>
          z.string().max(2000).optional().describe('What it is there for'),
        capabilities: z =>
          z
            .array(z.string())
            .describe('What it can do; it gets the tasks that ask for no more'),
        owner: z =>
          z
            .string()
            .optional()
            .describe('Who looks after it, such as group:default/developers'),
        maxConcurrent: z =>
          z
            .number()
            .int()
            .min(1)
            .max(1000)
            .optional()
            .describe('How many tasks it may work on at once; 1 unless given'),
      },
      output: {
        agentId: z => z.string().describe('Id of the agent'),
        entityRef: z => z.string().describe('Where it stands in the catalog'),
        url: z => z.string().describe('Where it gets its key and is activated'),
      },
    },
    async handler(ctx) {
      const { name } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: no agent '${name}' is registered`);
        ctx.output('agentId', DRY_RUN_ID);
        ctx.output('entityRef', `airesource:default/${name.toLowerCase()}`);
        ctx.output('url', portalUrl(config, `agents/${DRY_RUN_ID}`));
        return;
      }

      const { agentId, entityRef } = await createOnce(
        ctx,
        services,
        async (client, { signal }) => {
          const agent = await client.agents.prepare(filledIn(ctx.input), {
            signal,
          });
          return { agentId: agent.id, entityRef: agent.entityRef };
        },
      );

      const url = portalUrl(config, `agents/${agentId}`);
      ctx.logger.info(
        `Registered the agent '${name}'; it gets its key and is activated at ${url}`,
      );
      ctx.output('agentId', agentId);
      ctx.output('entityRef', entityRef);
      ctx.output('url', url);
    },
  });
}
