import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { ControlPlaneServices } from '../controlPlane/ControlPlaneServices';
import { createOnce } from './createOnce';
import { DRY_RUN_ID } from './dryRun';
import { filledIn } from './filledIn';
import { findWorkflow } from './findWorkflow';
import { portalUrl } from './portalUrl';
import { examples } from './workflowRun.examples';

/** `devart:workflow:run`: starts a run of a workflow. */
export function createWorkflowRunAction(services: ControlPlaneServices) {
  const { config } = services;
  return createTemplateAction({
    id: 'devart:workflow:run',
    description:
      'Starts a run of a workflow, and goes on at once. Follow it with devart:workflow:wait to wait for its end.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        workflow: z =>
          z
            .string()
            .min(1)
            .describe(
              'Its name, its entity reference such as workflow:default/build-test-review, or its id',
            ),
        parameters: z =>
          z
            .record(z.any())
            .optional()
            .describe(
              'What the run is given; checked against the parameters of the workflow before anything is created',
            ),
        version: z =>
          z
            .string()
            .optional()
            .describe('The version to run; the current one unless given'),
        entityRef: z =>
          z
            .string()
            .optional()
            .describe('What the run is about, such as component:default/shop'),
      },
      output: {
        runId: z => z.string().describe('Id of the run'),
        number: z =>
          z.number().describe('Counts the runs of the workflow from 1'),
        version: z => z.string().describe('The version that it runs'),
        url: z => z.string().describe('Where people see the run'),
      },
    },
    async handler(ctx) {
      const { workflow, parameters = {}, ...rest } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: no run of '${workflow}' is started`);
        ctx.output('runId', DRY_RUN_ID);
        ctx.output('number', 1);
        ctx.output('version', rest.version || '1.0.0');
        ctx.output('url', portalUrl(config, `runs/${DRY_RUN_ID}`));
        return;
      }

      const { runId, number, version } = await createOnce(
        ctx,
        services,
        async (client, { idempotencyKey, signal }) => {
          const id = await findWorkflow(client, workflow, { signal });
          const run = await client.workflows.trigger(
            { ...filledIn(rest), id, parameters, idempotencyKey },
            { signal },
          );
          return {
            runId: run.id,
            number: run.number,
            version: run.workflow.version,
          };
        },
      );

      const url = portalUrl(config, `runs/${runId}`);
      ctx.logger.info(`Started run ${number} of '${workflow}': ${url}`);
      ctx.output('runId', runId);
      ctx.output('number', number);
      ctx.output('version', version);
      ctx.output('url', url);
    },
  });
}
