import { EntityRefLink } from '@backstage/plugin-catalog-react';

/** A link to something in the catalog. */
export function EntityLink({ entityRef }: { entityRef: string }) {
  return <EntityRefLink entityRef={entityRef} />;
}
