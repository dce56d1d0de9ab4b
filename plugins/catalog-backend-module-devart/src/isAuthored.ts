import {
  ANNOTATION_ORIGIN_LOCATION,
  type Entity,
} from '@backstage/catalog-model';

/** Set by the catalog on entities whose file no longer holds them. */
const ANNOTATION_ORPHAN = 'backstage.io/orphan';

/** Whether an entity stands in a file, rather than having been made of a record. */
export function isAuthored(entity: Entity, ownLocation: string): boolean {
  const annotations = entity.metadata.annotations ?? {};
  return (
    annotations[ANNOTATION_ORIGIN_LOCATION] !== ownLocation &&
    annotations[ANNOTATION_ORPHAN] !== 'true'
  );
}
