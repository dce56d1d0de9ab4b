import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import {
  ANNOTATION_AGENT_ID,
  idSchema,
  type Agent,
} from '@devart/plugin-devart-common';
import type { ReactNode } from 'react';
import { useDevartApi } from '../api';
import { EmptyState, Loaded, Rows } from '../components';
import { useLive } from '../live';
import { Link, useLinks } from '../navigation';

/** Fetches the agent that an entity describes. */
export function EntityAgentLoader(props: {
  entity: Entity;
  children: (agent: Agent, reload: () => Promise<void>) => ReactNode;
}) {
  const api = useDevartApi();
  const links = useLinks();
  const { entity, children } = props;
  const entityRef = stringifyEntityRef(entity);
  const agentId = idSchema.safeParse(
    entity.metadata.annotations?.[ANNOTATION_AGENT_ID],
  ).data;
  const live = useLive(
    {
      topics: ['agent', 'organization'],
      load: async signal => {
        if (agentId) {
          return { agent: await api.agents.get({ id: agentId }, { signal }) };
        }
        const { items } = await api.agents.list(
          { entityRef, limit: 1 },
          { signal },
        );
        return { agent: items.at(0) };
      },
    },
    [api, agentId, entityRef],
  );
  return (
    <Loaded live={live} skeleton={<Rows count={8} />}>
      {({ agent }) =>
        agent ? (
          children(agent, live.reload)
        ) : (
          <EmptyState
            title="The control plane does not know this agent yet"
            text={
              <>
                It takes agents over from the catalog every few minutes. Until
                then, see <Link to={links.agents()}>all agents</Link>.
              </>
            }
          />
        )
      }
    </Loaded>
  );
}
