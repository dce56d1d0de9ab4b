import type { ResourcePermission } from '@backstage/plugin-permission-common';
import type {
  PermissionResourceRef,
  PermissionRule,
} from '@backstage/plugin-permission-node';
import type { ResourceType } from '@devart/plugin-devart-common';
import type { ObjectQuery } from '@devart/plugin-devart-node';
import type { Conditions } from '../database/Conditions';

/**
 * A kind of objects over which a policy may decide one by one: what
 * {@link ObjectAccess} knows of a domain.
 */
export interface ObjectKind<
  TObject = any,
  TType extends ResourceType = ResourceType,
> {
  type: TType;
  /** What one is called, for people. */
  noun: string;
  /** Where they are, by their `id`. */
  table: string;
  resourceRef: PermissionResourceRef<TObject, ObjectQuery, TType, 'devart'>;
  /** The permissions that may be given for some of them. */
  permissions: readonly ResourcePermission<TType>[];
  rules: readonly PermissionRule<TObject, ObjectQuery, TType, any>[];
  /** What rules know of the objects with these ids, in their order; undefined of those that are not there. */
  load(ids: readonly string[]): Promise<(TObject | undefined)[]>;
  /** The demand of a rule as a condition on an alias of the table. */
  condition(query: DemandedQuery, alias: string): Conditions;
}

/** A demand with the owner's entities instead of the owners: the database knows no owners. */
export type DemandedQuery =
  | { key: 'creator' | 'assignee' | 'risk'; among: readonly string[] }
  | { key: 'entity'; among: readonly string[] };
