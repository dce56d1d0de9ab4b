import type { TaskContext } from '@devart/agent-sdk';
import type { ModelSettings } from './ModelSettings';

/** Models that make vectors of text and cannot say anything. */
const EMBEDDINGS = /embed/i;

/**
 * The model of the portal that reads a change: the one that is asked for, or the
 * first that can be paid for and talks. Undefined when the portal offers none,
 * or does not say.
 */
export async function findGatewayModel(
  context: TaskContext,
  wanted?: string,
): Promise<ModelSettings | undefined> {
  let model = wanted;
  if (model === undefined) {
    try {
      const { upstreams } = await context.request(client =>
        client.gateway.status({}),
      );
      model = upstreams
        .flatMap(({ models }) => models)
        .find(({ price, name }) => price && !EMBEDDINGS.test(name))?.id;
    } catch (error) {
      context.signal.throwIfAborted();
      context.log.debug(
        `The portal does not say which models it has: ${(error as Error).message}`,
      );
    }
  }
  return model === undefined ? undefined : { ...context.models(), model };
}
