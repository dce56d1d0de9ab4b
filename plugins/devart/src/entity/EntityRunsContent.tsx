import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { EmptyState } from '../components';
import { LiveBadge } from '../live';
import { RunsPanel } from '../runs';
import { DevartProvider } from '../shell/DevartProvider';
import { RunWorkflowButton } from '../workflows';
import { EntityHead } from './EntityHead';

/** The tab *Runs* of an entity: runs of workflows about it. */
export function EntityRunsContent() {
  const { entity } = useEntity();
  const entityRef = stringifyEntityRef(entity);
  return (
    <DevartProvider>
      <EntityHead>
        <LiveBadge />
      </EntityHead>
      <RunsPanel
        of={{ entityRef }}
        actions={<RunWorkflowButton entityRef={entityRef} />}
        empty={
          <EmptyState
            title="No workflow has run about this yet"
            text="Run one with the button above; it will be told what it is about."
          />
        }
      />
    </DevartProvider>
  );
}
