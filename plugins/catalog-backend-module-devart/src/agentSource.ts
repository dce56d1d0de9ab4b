import {
  ANNOTATION_AGENT_ID,
  type Agent,
  type DevartClient,
} from '@devart/plugin-devart-common';
import { listAgents } from './listAgents';
import type { RecordSource } from './RecordEntityProvider';
import { toAgentEntity } from './toAgentEntity';

/** The agents of the control plane. */
export function agentSource(options: {
  client: DevartClient;
  /** Owner of agents that have none. */
  defaultOwner: string;
}): RecordSource<Agent> {
  const { client } = options;
  return {
    name: 'devart-agents',
    title: 'Agent',
    topic: 'devart.agent',
    describingEvents: new Set([
      'agent.described',
      'agent.enrolled',
      'agent.registered',
      'agent.removed',
      'agent.undescribed',
      'agent.updated',
    ]),
    annotation: ANNOTATION_AGENT_ID,
    list: signal => listAgents(client, { managedBy: 'api', signal }),
    get: id => client.agents.get({ id }),
    toEntity: agent => toAgentEntity(agent, options),
  };
}
