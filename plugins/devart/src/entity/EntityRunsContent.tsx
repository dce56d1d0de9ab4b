import { stringifyEntityRef } from '@backstage/catalog-model';
import { EmptyState } from '../components';
import { RunsPanel } from '../runs';
import { RunWorkflowButton } from '../workflows';
import { EntityTab } from './EntityTab';

/** The tab *Runs* of an entity: runs of workflows about it. */
export function EntityRunsContent() {
  return (
    <EntityTab>
      {entity => <EntityRuns entityRef={stringifyEntityRef(entity)} />}
    </EntityTab>
  );
}

function EntityRuns({ entityRef }: { entityRef: string }) {
  return (
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
  );
}
