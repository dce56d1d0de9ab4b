import type { Entity } from '@backstage/catalog-model';
import { AgentView } from '../agents';
import { useLinks, useNavigate } from '../navigation';
import { EntityAgentLoader } from './EntityAgentLoader';
import { EntityTab } from './EntityTab';

/** The tab *Agent* of an entity that describes an agent. */
export function EntityAgentContent() {
  return <EntityTab>{entity => <EntityAgent entity={entity} />}</EntityTab>;
}

function EntityAgent({ entity }: { entity: Entity }) {
  const links = useLinks();
  const navigate = useNavigate();
  return (
    <EntityAgentLoader entity={entity}>
      {(agent, reload) => (
        <AgentView
          agent={agent}
          reload={reload}
          onDeleted={() => navigate(links.agents())}
        />
      )}
    </EntityAgentLoader>
  );
}
