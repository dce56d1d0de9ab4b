import type { Entity } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import type { ReactNode } from 'react';
import { LiveBadge } from '../live';
import { DevartProvider } from '../shell/DevartProvider';
import { EntityHead } from './EntityHead';

/** What all tabs of entities have around their content. */
export function EntityTab(props: { children: (entity: Entity) => ReactNode }) {
  const { entity } = useEntity();
  return (
    <DevartProvider>
      <EntityHead>
        <LiveBadge />
      </EntityHead>
      {props.children(entity)}
    </DevartProvider>
  );
}
