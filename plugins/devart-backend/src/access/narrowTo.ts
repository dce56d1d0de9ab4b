import type {
  PermissionCondition,
  PermissionCriteria,
} from '@backstage/plugin-permission-common';
import { createConditionTransformer } from '@backstage/plugin-permission-node';
import type { ObjectQuery } from '@devart/plugin-devart-node';
import type { Conditions } from '../database/Conditions';
import type { EntityOwners } from './EntityOwners';
import type { DemandedQuery, ObjectKind } from './ObjectKind';
import { toConditions } from './toConditions';

/** Demands on owners as demands on what they own, looked up before the database is asked. */
function withEntities(
  owned: ReadonlyMap<ObjectQuery, readonly string[]>,
): (query: ObjectQuery) => DemandedQuery {
  return query =>
    query.key === 'owner'
      ? { key: 'entity', among: owned.get(query) ?? [] }
      : { key: query.key, among: query.among };
}

function demandsIn(
  criteria: PermissionCriteria<ObjectQuery>,
): readonly ObjectQuery[] {
  if ('allOf' in criteria) {
    return criteria.allOf.flatMap(demandsIn);
  }
  if ('anyOf' in criteria) {
    return criteria.anyOf.flatMap(demandsIn);
  }
  return 'not' in criteria ? demandsIn(criteria.not) : [criteria];
}

/**
 * What a policy demands of objects of a kind, as a condition on an alias of
 * their table. Who owns what is asked of the catalog before.
 */
export async function narrowTo(
  kind: ObjectKind,
  conditions: PermissionCriteria<PermissionCondition>,
  options: { owners: EntityOwners; alias: string },
): Promise<Conditions> {
  const { owners, alias } = options;
  const demands = createConditionTransformer<
    ObjectQuery,
    ObjectKind['rules'][number][]
  >([...kind.rules])(conditions);
  const owned = new Map(
    await Promise.all(
      demandsIn(demands)
        .filter(({ key }) => key === 'owner')
        .map(
          async query => [query, await owners.ownedBy(query.among)] as const,
        ),
    ),
  );
  const resolved = withEntities(owned);
  return toConditions(demands, query => kind.condition(resolved(query), alias));
}
