import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { ANNOTATION_AGENT_ID, idSchema } from '@devart/plugin-devart-common';
import { AgentView } from '../agents';
import { useDevartApi } from '../api';
import { EmptyState, Loaded, Rows } from '../components';
import { useLive } from '../live';
import { Link, useLinks, useNavigate } from '../navigation';
import { EntityTab } from './EntityTab';

/** The tab *Agent* of an entity that describes an agent. */
export function EntityAgentContent() {
  return <EntityTab>{entity => <EntityAgent entity={entity} />}</EntityTab>;
}

function EntityAgent({ entity }: { entity: Entity }) {
  const api = useDevartApi();
  const links = useLinks();
  const navigate = useNavigate();
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
          <AgentView
            agent={agent}
            reload={live.reload}
            onDeleted={() => navigate(links.agents())}
          />
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
