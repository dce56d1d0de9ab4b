import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { TASK_PRIORITIES } from '@devart/plugin-devart-common';
import type { ControlPlaneServices } from '../controlPlane/ControlPlaneServices';
import { createOnce } from './createOnce';
import { DRY_RUN_ID } from './dryRun';
import { filledIn } from './filledIn';
import { examples } from './taskCreate.examples';
import { taskUrl } from './taskUrl';

/** `devart:task:create`: puts a task into the queue of the agents. */
export function createTaskCreateAction(services: ControlPlaneServices) {
  const { config } = services;
  return createTemplateAction({
    id: 'devart:task:create',
    description:
      'Puts a task into the queue of the agents, and goes on at once. Follow it with devart:task:wait to wait for the result.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        title: z => z.string().min(1).max(200).describe('What is to be done'),
        description: z =>
          z.string().optional().describe('More about it, in Markdown'),
        type: z =>
          z
            .string()
            .optional()
            .describe(
              'What kind of task it is: lower-case letters, digits and dashes; general unless given',
            ),
        capabilities: z =>
          z
            .array(z.string())
            .optional()
            .describe('What an agent must be able to do to get the task'),
        entityRef: z =>
          z
            .string()
            .optional()
            .describe('What the task is about, such as component:default/shop'),
        input: z =>
          z
            .record(z.any())
            .optional()
            .describe('What the agent gets to work on'),
        priority: z =>
          z
            .enum(TASK_PRIORITIES)
            .optional()
            .describe('How urgent it is; medium unless given'),
        maxAttempts: z =>
          z
            .number()
            .int()
            .min(1)
            .max(20)
            .optional()
            .describe('How often it is tried; 3 unless given'),
        runAfter: z =>
          z
            .string()
            .optional()
            .describe('Not before this instant, in ISO 8601 with a time zone'),
      },
      output: {
        taskId: z => z.string().describe('Id of the task'),
        url: z => z.string().describe('Where people see the task'),
      },
    },
    async handler(ctx) {
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: no task '${ctx.input.title}' is created`);
        ctx.output('taskId', DRY_RUN_ID);
        ctx.output('url', taskUrl(config, DRY_RUN_ID));
        return;
      }

      const taskId = await createOnce(
        ctx,
        services,
        async (client, { idempotencyKey, signal }) => {
          const { id } = await client.tasks.create(
            { ...filledIn(ctx.input), idempotencyKey },
            { signal },
          );
          return id;
        },
      );
      const url = taskUrl(config, taskId);
      ctx.logger.info(`Created the task: ${url}`);
      ctx.output('taskId', taskId);
      ctx.output('url', url);
    },
  });
}
