import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { RUN_STATUSES, type Run } from '@devart/plugin-devart-common';
import type { ControlPlaneServices } from '../controlPlane/ControlPlaneServices';
import { LastingWatch } from '../controlPlane/LastingWatch';
import { describeRun, describeRunOutcome } from './describeRun';
import { portalUrl } from './portalUrl';
import { examples } from './workflowWait.examples';

/** As long as the approvals of a run may take. */
const DEFAULT_TIMEOUT_SECONDS = 7 * 24 * 3600;

/** `devart:workflow:wait`: waits until a run of a workflow has come to its end. */
export function createWorkflowWaitAction(services: ControlPlaneServices) {
  const { config } = services;
  return createTemplateAction({
    id: 'devart:workflow:wait',
    description:
      'Waits until a run of a workflow has come to its end, for days if need be, and hands its outputs on. Fails when the run failed, unless told otherwise.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        runId: z => z.string().uuid().describe('Id of the run'),
        timeoutSeconds: z =>
          z
            .number()
            .positive()
            .optional()
            .describe(
              'For how long to wait at most; a week (604800) unless given',
            ),
        failOn: z =>
          z
            .enum(['unsuccessful', 'partial', 'never'])
            .optional()
            .describe(
              'unsuccessful (unless given): the step fails when the run fails or is cancelled; partial: also when a step that may fail did; never: it hands on how the run ended',
            ),
      },
      output: {
        status: z => z.enum(RUN_STATUSES).describe('How the run ended'),
        outputs: z => z.record(z.any()).describe('The outputs of the run'),
        costMicros: z =>
          z
            .number()
            .describe('What it has cost, in millionths of the currency'),
        summary: z => z.string().describe('What became of it, in Markdown'),
        url: z => z.string().describe('Where people see the run'),
      },
    },
    async handler(ctx) {
      const { runId, failOn = 'unsuccessful' } = ctx.input;
      const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = ctx.input;
      const url = portalUrl(config, `runs/${runId}`);
      ctx.output('url', url);
      if (ctx.isDryRun) {
        ctx.logger.info('Dry run: nothing is waited for');
        ctx.output('status', 'succeeded');
        ctx.output('outputs', {});
        ctx.output('costMicros', 0);
        ctx.output('summary', 'Dry run: nothing was done.');
        return;
      }

      const watch = await LastingWatch.start(ctx, services, {
        id: runId,
        timeoutSeconds,
      });
      let run: Run;
      try {
        run = await watch.untilEnded({
          name: 'The run',
          get: (client, options) => client.runs.get({ id: runId }, options),
          hasEnded: ({ status }) => status !== 'running',
          describe: describeRun,
        });
      } catch (error) {
        if (ctx.signal?.aborted) {
          throw new Error(
            `No longer waiting, since the run of the template was cancelled. The run of the workflow itself goes on; it can be cancelled at ${url}`,
            { cause: error },
          );
        }
        throw error;
      }

      ctx.output('status', run.status);
      ctx.output('outputs', run.outputs ?? {});
      ctx.output('costMicros', run.costMicros);
      ctx.output('summary', describeRunOutcome(run));
      if (isFailure(run, failOn)) {
        throw new Error(
          `The run ended as ${run.status}${run.error ? `: ${run.error}` : ''} (${url})`,
        );
      }
    },
  });
}

function isFailure(
  { status }: Run,
  failOn: 'unsuccessful' | 'partial' | 'never',
): boolean {
  if (failOn === 'never' || status === 'succeeded') {
    return false;
  }
  return failOn === 'partial' || status !== 'partial';
}
