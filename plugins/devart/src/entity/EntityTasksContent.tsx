import { stringifyEntityRef } from '@backstage/catalog-model';
import { EntityTab } from './EntityTab';
import { EntityTasks } from './EntityTasks';

/** The tab *Tasks* of an entity. */
export function EntityTasksContent() {
  return (
    <EntityTab>
      {entity => <EntityTasks entityRef={stringifyEntityRef(entity)} />}
    </EntityTab>
  );
}
