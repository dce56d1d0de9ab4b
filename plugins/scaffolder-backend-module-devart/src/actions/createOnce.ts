import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import type { JsonValue } from '@backstage/types';
import type { DevartClient } from '@devart/plugin-devart-common';
import type { ControlPlaneServices } from '../controlPlane/ControlPlaneServices';
import { createClientFor } from '../controlPlane/createClientFor';
import { untilAnswered } from '../controlPlane/untilAnswered';
import { CREATE_WITHIN_MS } from './createWithin';
import { idempotencyKeyOf } from './idempotencyKeyOf';

/**
 * Creates something with the rights of whoever runs the template, and remembers
 * what came of it beyond a crash. What is called must answer what is there already when
 * it is called again with the same key.
 *
 * @throws what the control plane answers
 */
export async function createOnce<T extends JsonValue>(
  ctx: ActionContext<any, any>,
  services: ControlPlaneServices,
  create: (
    client: DevartClient,
    options: { idempotencyKey: string; signal: AbortSignal },
  ) => Promise<T>,
): Promise<T> {
  const idempotencyKey = idempotencyKeyOf(ctx);
  return ctx.checkpoint({
    key: `create.${idempotencyKey}`,
    fn: async () => {
      const client = createClientFor(
        services,
        await ctx.getInitiatorCredentials(),
      );
      return untilAnswered(
        signal => create(client, { idempotencyKey, signal }),
        {
          signal: ctx.signal,
          deadline: Date.now() + CREATE_WITHIN_MS,
          onOutage: ({ message }) =>
            ctx.logger.warn(
              `The control plane does not answer (${message}); trying again`,
            ),
        },
      );
    },
  });
}
