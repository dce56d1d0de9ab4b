import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  APPROVAL_STATUSES,
  EFFECT_CLASSES,
  type Approval,
} from '@devart/plugin-devart-common';
import type { ControlPlaneServices } from '../controlPlane/ControlPlaneServices';
import { LastingWatch } from '../controlPlane/LastingWatch';
import { examples } from './approvalRequest.examples';
import { createOnce } from './createOnce';
import { describeApproval, describeDecision } from './describeApproval';
import { DRY_RUN_ID } from './dryRun';
import { filledIn } from './filledIn';
import { portalUrl } from './portalUrl';

/** The approval itself ends earlier, as it says. */
const DEFAULT_TIMEOUT_SECONDS = 90 * 24 * 3600;

/** `devart:approval:request`: asks people to approve something. */
export function createApprovalRequestAction(services: ControlPlaneServices) {
  const { config } = services;
  return createTemplateAction({
    id: 'devart:approval:request',
    description:
      'Asks people to approve something, and waits for their decision, for days if need be. Whoever runs the template cannot approve it. Fails when it is not approved, unless told otherwise.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        title: z => z.string().min(1).max(200).describe('What is asked for'),
        description: z =>
          z.string().optional().describe('More about it, in Markdown'),
        effect: z =>
          z
            .string()
            .optional()
            .describe('What will happen once it is approved, in words'),
        effectClass: z =>
          z
            .enum(EFFECT_CLASSES)
            .optional()
            .describe(
              'What that does to the world, from the least to the most; external unless given',
            ),
        action: z =>
          z
            .record(z.any())
            .optional()
            .describe('Exactly what will be done, for reading'),
        edit: z =>
          z
            .record(z.any())
            .optional()
            .describe(
              'Values that whoever approves may change; they are handed on as they were approved',
            ),
        costMicros: z =>
          z
            .number()
            .int()
            .min(0)
            .optional()
            .describe('Expected cost, in millionths of the currency'),
        approvers: z =>
          z
            .array(z.string())
            .min(1)
            .optional()
            .describe(
              'Users and groups who may decide; everybody with the permission unless given',
            ),
        approvalsNeeded: z =>
          z
            .number()
            .int()
            .min(1)
            .max(10)
            .optional()
            .describe('How many different people must approve; 1 unless given'),
        expiresIn: z =>
          z
            .string()
            .optional()
            .describe(
              'For how long it can be decided, such as 4h or 7d; 7d unless given',
            ),
        onExpiry: z =>
          z
            .enum(['reject', 'escalate'])
            .optional()
            .describe('What happens then; reject unless given'),
        escalateTo: z =>
          z
            .array(z.string())
            .min(1)
            .optional()
            .describe('Users and groups who are asked then'),
        entityRef: z =>
          z
            .string()
            .optional()
            .describe('What it is about, such as component:default/shop'),
        wait: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Whether to wait for the decision; true unless given. When false, the step ends once it has asked',
            ),
        failOn: z =>
          z
            .enum(['unapproved', 'never'])
            .optional()
            .describe(
              'unapproved (unless given): the step fails when it is rejected, withdrawn or expires; never: it hands on how it ended',
            ),
      },
      output: {
        approvalId: z => z.string().describe('Id of the request'),
        url: z => z.string().describe('Where people see it and decide'),
        status: z =>
          z
            .enum(APPROVAL_STATUSES)
            .describe('How it was decided; pending when it was not waited for'),
        decidedBy: z => z.array(z.string()).describe('Who decided'),
        edit: z =>
          z
            .record(z.any())
            .optional()
            .describe('The values that could be changed, as approved'),
        summary: z => z.string().describe('What was decided, in Markdown'),
      },
    },
    async handler(ctx) {
      const { wait = true, failOn = 'unapproved', ...request } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: nobody is asked about '${request.title}'`);
        ctx.output('approvalId', DRY_RUN_ID);
        ctx.output('url', portalUrl(config, `approvals/${DRY_RUN_ID}`));
        ctx.output('status', wait ? 'approved' : 'pending');
        ctx.output('decidedBy', []);
        ctx.output('edit', request.edit);
        ctx.output('summary', 'Dry run: nobody was asked.');
        return;
      }

      const approvalId = await createOnce(
        ctx,
        services,
        async (client, { idempotencyKey, signal }) => {
          const { id } = await client.approvals.request(
            { ...filledIn(request), idempotencyKey },
            { signal },
          );
          return id;
        },
      );
      const url = portalUrl(config, `approvals/${approvalId}`);
      ctx.logger.info(`Asked for approval: ${url}`);
      ctx.output('approvalId', approvalId);
      ctx.output('url', url);
      if (!wait) {
        ctx.output('status', 'pending');
        ctx.output('decidedBy', []);
        ctx.output('summary', 'It is not decided yet.');
        return;
      }

      const watch = await LastingWatch.start(ctx, services, {
        id: approvalId,
        timeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
      });
      let approval: Approval;
      try {
        approval = await watch.untilEnded({
          name: 'The request for approval',
          get: (client, options) =>
            client.approvals.get({ id: approvalId }, options),
          hasEnded: ({ status }) => status !== 'pending',
          describe: describeApproval,
        });
      } catch (error) {
        if (ctx.signal?.aborted) {
          throw new Error(
            `No longer waiting, since the run was cancelled. The request stays; it can be withdrawn at ${url}`,
            { cause: error },
          );
        }
        throw error;
      }

      ctx.output('status', approval.status);
      ctx.output(
        'decidedBy',
        approval.decisions.map(({ by }) => by),
      );
      ctx.output('edit', approval.edit);
      ctx.output('summary', describeDecision(approval));
      if (failOn === 'unapproved' && approval.status !== 'approved') {
        throw new Error(`${describeApproval(approval)} (${url})`);
      }
    },
  });
}
