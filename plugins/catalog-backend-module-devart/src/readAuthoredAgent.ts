import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import {
  agents,
  ANNOTATION_AGENT_CAPABILITIES,
} from '@devart/plugin-devart-common';
import type { AuthoredAgent } from './AuthoredAgent';
import { OLDER_ANNOTATION_CAPABILITIES } from './olderAgentEntities';

const authoredAgentSchema = agents.describe.input
  .pick({ name: true, entityRef: true, description: true, owner: true })
  .extend({
    capabilities: agents.describe.input.shape.capabilities.optional(),
  });

function readCapabilities(entity: Entity): string[] | undefined {
  const annotations = entity.metadata.annotations ?? {};
  const written =
    annotations[ANNOTATION_AGENT_CAPABILITIES] ??
    annotations[OLDER_ANNOTATION_CAPABILITIES];
  return written
    ?.split(',')
    .map(capability => capability.trim())
    .filter(Boolean);
}

function readOwner(entity: Entity): string | undefined {
  const owner = entity.spec?.owner;
  if (typeof owner !== 'string') {
    return undefined;
  }
  return stringifyEntityRef(
    parseEntityRef(owner, {
      defaultKind: 'Group',
      defaultNamespace: entity.metadata.namespace ?? DEFAULT_NAMESPACE,
    }),
  );
}

/**
 * What a catalog file says of an agent.
 *
 * @throws InputError naming the field, when the control plane cannot hold it.
 */
export function readAuthoredAgent(entity: Entity): AuthoredAgent {
  const parsed = authoredAgentSchema.safeParse({
    name: entity.metadata.name,
    entityRef: stringifyEntityRef(entity),
    description: entity.metadata.description,
    owner: readOwner(entity),
    capabilities: readCapabilities(entity),
  });
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new InputError(`${path.join('.')}: ${message}`);
  }
  return parsed.data;
}
