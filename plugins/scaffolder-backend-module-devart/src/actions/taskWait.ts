import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  isFinalStatus,
  TASK_STATUSES,
  type ReviewDetail,
  type Task,
} from '@devart/plugin-devart-common';
import type { ControlPlaneServices } from '../controlPlane/ControlPlaneServices';
import { LastingWatch } from '../controlPlane/LastingWatch';
import { describeCounts, describeOutcome } from './describeOutcome';
import { describeProgress } from './describeProgress';
import { examples } from './taskWait.examples';
import { taskUrl } from './taskUrl';

const DEFAULT_TIMEOUT_SECONDS = 3600;

/** `devart:task:wait`: waits until a task has come to its end. */
export function createTaskWaitAction(services: ControlPlaneServices) {
  const { config } = services;
  return createTemplateAction({
    id: 'devart:task:wait',
    description:
      'Waits until a task has come to its end and hands its result on. Fails when the task did not succeed, unless told otherwise.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        taskId: z => z.string().uuid().describe('Id of the task'),
        timeoutSeconds: z =>
          z
            .number()
            .positive()
            .optional()
            .describe(
              'For how long to wait at most; an hour (3600) unless given',
            ),
        failOn: z =>
          z
            .enum(['unsuccessful', 'never'])
            .optional()
            .describe(
              'unsuccessful (unless given): the step fails when the task ends in any other way than succeeded; never: it hands on how the task ended',
            ),
        failOnConclusion: z =>
          z
            .enum(['failure'])
            .optional()
            .describe(
              'failure: the step also fails when the review that the task did concludes failure',
            ),
      },
      output: {
        status: z => z.enum(TASK_STATUSES).describe('How the task ended'),
        output: z => z.record(z.any()).describe('What the agent handed in'),
        conclusion: z =>
          z
            .enum(['success', 'neutral', 'failure'])
            .optional()
            .describe('What the review concludes, if the task did one'),
        counts: z =>
          z
            .object({
              error: z.number(),
              warning: z.number(),
              notice: z.number(),
              dismissed: z.number(),
            })
            .optional()
            .describe('What the review found, if the task did one'),
        summary: z =>
          z.string().describe('What became of the task, in Markdown'),
        url: z => z.string().describe('Where people see the task'),
      },
    },
    async handler(ctx) {
      const { taskId, failOn = 'unsuccessful', failOnConclusion } = ctx.input;
      const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = ctx.input;
      const url = taskUrl(config, taskId);
      ctx.output('url', url);
      if (ctx.isDryRun) {
        ctx.logger.info('Dry run: nothing is waited for');
        ctx.output('status', 'succeeded');
        ctx.output('output', {});
        ctx.output('summary', 'Dry run: nothing was done.');
        return;
      }

      const watch = await LastingWatch.start(ctx, services, {
        id: taskId,
        timeoutSeconds,
      });
      let task: Task;
      let review: ReviewDetail | undefined;
      try {
        task = await watch.untilEnded({
          name: 'The task',
          get: (client, options) => client.tasks.get({ id: taskId }, options),
          hasEnded: ({ status }) => isFinalStatus(status),
          describe: describeProgress,
        });
        review = await watch.read((client, options) =>
          client.reviews.forTask({ id: taskId }, options),
        );
      } catch (error) {
        if (ctx.signal?.aborted) {
          throw new Error(
            `No longer waiting, since the run was cancelled. The task itself goes on; it can be cancelled at ${url}`,
            { cause: error },
          );
        }
        throw error;
      }

      const summary = describeOutcome(task, review);
      ctx.output('status', task.status);
      ctx.output('output', task.output ?? {});
      ctx.output('summary', summary);
      if (review) {
        ctx.output('counts', review.counts);
      }
      if (review?.conclusion) {
        ctx.output('conclusion', review.conclusion);
      }

      if (failOn === 'unsuccessful' && task.status !== 'succeeded') {
        throw new Error(
          `The task ended as ${task.status}${task.lastError ? `: ${task.lastError}` : ''} (${url})`,
        );
      }
      if (failOnConclusion && review?.conclusion === failOnConclusion) {
        throw new Error(
          `The review concludes ${review.conclusion}: ${describeCounts(review)} (${url})`,
        );
      }
    },
  });
}
