import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  type Entity,
} from '@backstage/catalog-model';
import {
  AGENT_KIND,
  AGENT_TYPE,
  ANNOTATION_AGENT_CAPABILITIES,
  ANNOTATION_AGENT_ID,
  type Agent,
} from '@devart/plugin-devart-common';

/** Where entities say they come from that this module made of agents. */
export const AGENTS_LOCATION = 'devart:agents';

/** The entity of an agent: what it is, and nothing of what it does just now. */
export function toAgentEntity(
  agent: Agent,
  options: { defaultOwner: string },
): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: AGENT_KIND,
    metadata: {
      name: agent.name,
      description: agent.description || undefined,
      annotations: {
        [ANNOTATION_LOCATION]: AGENTS_LOCATION,
        [ANNOTATION_ORIGIN_LOCATION]: AGENTS_LOCATION,
        [ANNOTATION_AGENT_ID]: agent.id,
        [ANNOTATION_AGENT_CAPABILITIES]: agent.capabilities.join(','),
      },
    },
    spec: {
      type: AGENT_TYPE,
      lifecycle: 'production',
      owner: agent.owner ?? options.defaultOwner,
    },
  };
}
