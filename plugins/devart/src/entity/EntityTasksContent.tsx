import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { LiveBadge } from '../live';
import { EntityTasks } from './EntityTasks';
import { DevartProvider } from '../shell/DevartProvider';
import { EntityHead } from './EntityHead';

/** The tab *Tasks* of an entity. */
export function EntityTasksContent() {
  const { entity } = useEntity();
  return (
    <DevartProvider>
      <EntityHead>
        <LiveBadge />
      </EntityHead>
      <EntityTasks entityRef={stringifyEntityRef(entity)} />
    </DevartProvider>
  );
}
