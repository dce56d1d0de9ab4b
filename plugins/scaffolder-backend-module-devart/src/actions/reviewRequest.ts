import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { TASK_PRIORITIES } from '@devart/plugin-devart-common';
import type { ControlPlaneServices } from '../controlPlane/ControlPlaneServices';
import { createOnce } from './createOnce';
import { DRY_RUN_ID } from './dryRun';
import { filledIn } from './filledIn';
import { resolveRepository } from './resolveRepository';
import { examples } from './reviewRequest.examples';
import { taskUrl } from './taskUrl';

/** `devart:review:request`: asks for the review of a change. */
export function createReviewRequestAction(services: ControlPlaneServices) {
  const { config } = services;
  return createTemplateAction({
    id: 'devart:review:request',
    description:
      'Asks an agent to review what lies between two revisions of a Git repository, and goes on at once. Follow it with devart:task:wait to wait for the result.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        repository: z =>
          z
            .string()
            .min(1)
            .describe(
              'Git URL (https://, ssh://, git@host:path), or a folder below devart.reviews.localFolders: absolute, or relative to the first of them',
            ),
        base: z =>
          z
            .string()
            .optional()
            .describe(
              'Branch, tag or commit where the change starts; the parent of head unless given',
            ),
        head: z =>
          z
            .string()
            .optional()
            .describe(
              'Branch, tag or commit where the change ends; the newest commit (HEAD) unless given',
            ),
        title: z =>
          z.string().max(200).optional().describe('Title of the task'),
        entityRef: z =>
          z
            .string()
            .optional()
            .describe(
              'The component that the change belongs to, such as component:default/shop',
            ),
        priority: z =>
          z
            .enum(TASK_PRIORITIES)
            .optional()
            .describe('How urgent it is; high unless given'),
      },
      output: {
        taskId: z => z.string().describe('Id of the task that does the review'),
        reviewId: z => z.string().describe('Id of the review'),
        url: z => z.string().describe('Where people see the task'),
      },
    },
    async handler(ctx) {
      const repository = resolveRepository(config, ctx.input.repository);
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: no review of ${repository} is asked for`);
        ctx.output('taskId', DRY_RUN_ID);
        ctx.output('reviewId', DRY_RUN_ID);
        ctx.output('url', taskUrl(config, DRY_RUN_ID));
        return;
      }

      const { taskId, reviewId } = await createOnce(
        ctx,
        services,
        async (client, { idempotencyKey, signal }) => {
          const review = await client.reviews.request(
            { ...filledIn(ctx.input), repository, idempotencyKey },
            { signal },
          );
          return { taskId: review.taskId, reviewId: review.id };
        },
      );
      const url = taskUrl(config, taskId);
      ctx.logger.info(`Asked for a review of ${repository}: ${url}`);
      ctx.output('taskId', taskId);
      ctx.output('reviewId', reviewId);
      ctx.output('url', url);
    },
  });
}
