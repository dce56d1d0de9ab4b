import { stringifyEntityRef } from '@backstage/catalog-model';
import { CostView } from '../cost';
import { isDevartAgent } from './conditions';
import { EntityAgentLoader } from './EntityAgentLoader';
import { EntityTab } from './EntityTab';

/** The tab *Cost* of an entity: what was spent about it, or, of an agent, what it spent. */
export function EntityCostContent() {
  return (
    <EntityTab>
      {entity =>
        isDevartAgent(entity) ? (
          <EntityAgentLoader entity={entity}>
            {({ id, name }) => (
              <CostView of={{ agentId: id }} agentName={name} />
            )}
          </EntityAgentLoader>
        ) : (
          <CostView of={{ entityRef: stringifyEntityRef(entity) }} />
        )
      }
    </EntityTab>
  );
}
