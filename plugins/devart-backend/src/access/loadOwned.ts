import type { OwnedObject } from '@devart/plugin-devart-node';
import { validate as isUuid } from 'uuid';
import type { EntityOwners } from './EntityOwners';

/**
 * What rules know of objects, in the order of their ids; undefined of those that
 * are not there.
 */
export async function loadOwned<
  TRow extends { id: string; entity_ref: string | null },
  TMore extends object,
>(
  ids: readonly string[],
  options: {
    owners: EntityOwners;
    find: (ids: readonly string[]) => Promise<TRow[]>;
    creatorOf: (row: TRow) => string;
    describe: (row: TRow) => TMore;
  },
): Promise<((OwnedObject & TMore) | undefined)[]> {
  const { owners, find, creatorOf, describe } = options;
  const rows = await find(ids.filter(id => isUuid(id)));
  const owned = await owners.ownersOf(
    rows.flatMap(({ entity_ref }) => entity_ref ?? []),
  );
  const objects = new Map(
    rows.map(row => [
      row.id,
      {
        creator: creatorOf(row).toLowerCase(),
        owners: owned.get((row.entity_ref ?? '').toLowerCase()) ?? [],
        ...describe(row),
      },
    ]),
  );
  return ids.map(id => objects.get(id.toLowerCase()));
}
