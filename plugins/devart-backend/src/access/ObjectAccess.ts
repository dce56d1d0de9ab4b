import type {
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  AuthorizeResult,
  isResourcePermission,
  type Permission,
  type ResourcePermission,
} from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import {
  minimumRoleOf,
  readPermissionOf,
  type Operation,
  type ResourceType,
} from '@devart/plugin-devart-common';
import type { Conditions } from '../database/Conditions';
import type {
  Caller,
  KnownCaller,
  MemberCaller,
  Restriction,
  Right,
} from './Caller';
import { decideAll } from './decide';
import type { EntityOwners } from './EntityOwners';
import { narrowTo } from './narrowTo';
import type { ObjectKind } from './ObjectKind';

/**
 * Lets people and services do what the policy of the portal allows: altogether,
 * or with those objects for which its conditions hold. The conditions of a call
 * travel with its caller; what reads lists asks here for them as SQL, single
 * objects are decided here before the operation begins.
 */
export class ObjectAccess {
  readonly #permissions: PermissionsService;
  readonly #owners: EntityOwners;
  readonly #kinds = new Map<ResourceType, ObjectKind>();

  constructor(options: {
    permissions: PermissionsService;
    owners: EntityOwners;
  }) {
    this.#permissions = options.permissions;
    this.#owners = options.owners;
  }

  /** Adds a kind of objects: each domain adds its own. */
  add(kind: ObjectKind): void {
    this.#kinds.set(kind.type, kind);
  }

  /** Makes the kinds, their rules and permissions known to the permission framework. */
  register(registry: PermissionsRegistryService): void {
    for (const kind of this.#kinds.values()) {
      registry.addResourceType({
        resourceRef: kind.resourceRef,
        permissions: [...kind.permissions],
        rules: [...kind.rules],
        getResources: ids => kind.load(ids),
      });
    }
  }

  /**
   * Lets somebody begin an operation; answers them with the conditions on which
   * they may.
   *
   * @throws NotAllowedError
   */
  async admit(
    operation: Operation,
    caller: MemberCaller,
    permission: Permission,
  ): Promise<MemberCaller> {
    const { concerns, title } = operation;
    const read = concerns && readPermissionOf(concerns.type);
    const asksBoth =
      read && read.name !== permission.name && isResourcePermission(permission);
    const asked = asksBoth ? [permission, read] : [permission];
    const [decision, reading] = await decideAll(
      this.#permissions,
      caller,
      asked,
    );
    if (decision.result === AuthorizeResult.DENY) {
      throw new NotAllowedError(
        `${title} needs the role ${minimumRoleOf(permission)}; yours is ${caller.role}`,
      );
    }
    const restrictions: Restriction[] = [];
    for (const [index, one] of [decision, reading].entries()) {
      if (one?.result !== AuthorizeResult.CONDITIONAL) {
        continue;
      }
      const { name } = asked[index];
      if (!concerns || one.resourceType !== concerns.type) {
        throw new NotAllowedError(
          `${title} cannot be done for some objects only, and the policy of this portal gives you ${name} on conditions; it has to be given altogether, or not at all`,
        );
      }
      restrictions.push({
        permission: name,
        type: concerns.type,
        conditions: one.conditions,
      });
    }
    return restrictions.length > 0 ? { ...caller, restrictions } : caller;
  }

  /**
   * Lets somebody who was admitted do an operation with the object that it is
   * about.
   *
   * @throws NotFoundError when they may not see it.
   * @throws NotAllowedError when they may see it, but not do this with it.
   */
  async requireObject(
    operation: Operation,
    input: Record<string, unknown>,
    caller: Caller,
  ): Promise<void> {
    const { concerns, callers, title } = operation;
    if (
      caller.kind === 'agent' ||
      caller.kind === 'anonymous' ||
      !concerns ||
      !('object' in concerns)
    ) {
      return;
    }
    const id = input[concerns.object];
    if (typeof id !== 'string') {
      return;
    }
    const read = readPermissionOf(concerns.type);
    const { people } = callers;
    // Of what is not given on objects, it was not asked yet which ones may be seen.
    const rights: Right[] =
      people && isResourcePermission(people)
        ? [...(caller.restrictions ?? [])]
        : await this.rightsOf(caller, [read]);
    const { noun } = this.#kindOf(concerns.type);
    const isSeeing = (right: Right) =>
      typeof right === 'string' || right.permission === read.name;
    // What may not be seen is not there, whatever else is not allowed.
    rights.sort((a, b) => Number(isSeeing(b)) - Number(isSeeing(a)));
    for (const right of rights) {
      if ((await this.among(right, [id])).has(id)) {
        continue;
      }
      throw typeof right === 'string' || isSeeing(right)
        ? new NotFoundError(`There is no ${noun} ${id}`)
        : new NotAllowedError(
            `${title}: the policy of this portal gives you ${right.permission} on conditions that this ${noun} does not meet`,
          );
    }
  }

  /**
   * The condition on an alias of the table of a kind that leaves those objects
   * which the caller of a list may see; undefined where that is all of them.
   */
  async visible(
    caller: KnownCaller,
    type: ResourceType,
    alias: string,
  ): Promise<Conditions | undefined> {
    const read = readPermissionOf(type).name;
    const restriction =
      caller.kind === 'agent'
        ? undefined
        : caller.restrictions?.find(({ permission }) => permission === read);
    return restriction && this.#toSql(restriction, alias);
  }

  /** As {@link ObjectAccess.visible}, of rows that name an object in a column. */
  async visibleBy(
    caller: KnownCaller,
    type: ResourceType,
    column: string,
  ): Promise<Conditions | undefined> {
    const conditions = await this.visible(caller, type, 'seen');
    return conditions?.wrap(
      `exists (select 1 from ${this.#kindOf(type).table} seen where seen.id = ${column} and `,
      ')',
    );
  }

  /**
   * What the policy gives somebody of permissions on objects, asked outside of an
   * operation that needs them.
   */
  async rightsOf(
    caller: MemberCaller,
    asked: readonly ResourcePermission<ResourceType>[],
  ): Promise<Right[]> {
    const decisions = await decideAll(this.#permissions, caller, asked);
    return decisions.map((decision, index) => {
      if (decision.result !== AuthorizeResult.CONDITIONAL) {
        return decision.result === AuthorizeResult.ALLOW ? 'all' : 'none';
      }
      const { name: permission, resourceType: type } = asked[index];
      return decision.resourceType === type
        ? { permission, type, conditions: decision.conditions }
        : 'none';
    });
  }

  /** Of objects with these ids, those that a right is about. */
  async among(
    right: Right,
    ids: readonly string[],
  ): Promise<ReadonlySet<string>> {
    if (typeof right === 'string') {
      return new Set(right === 'all' ? ids : []);
    }
    const objects = await this.#kindOf(right.type).load(ids);
    const holds = this.#judgeOf(right);
    return new Set(ids.filter((_id, index) => holds(objects[index])));
  }

  /** A right that is not about all objects, as a condition on an alias of their table. */
  async conditionOf(
    right: Right,
    alias: string,
  ): Promise<Conditions | undefined> {
    return typeof right === 'string' ? undefined : this.#toSql(right, alias);
  }

  #judgeOf({ type, conditions }: Restriction): (object: unknown) => boolean {
    const authorize = createConditionAuthorizer([...this.#kindOf(type).rules]);
    return object =>
      authorize(
        {
          result: AuthorizeResult.CONDITIONAL,
          pluginId: 'devart',
          resourceType: type,
          conditions,
        },
        object,
      );
  }

  async #toSql(
    { type, conditions }: Restriction,
    alias: string,
  ): Promise<Conditions> {
    const kind = this.#kindOf(type);
    return narrowTo(kind, conditions, { owners: this.#owners, alias });
  }

  #kindOf(type: ResourceType): ObjectKind {
    const kind = this.#kinds.get(type);
    if (!kind) {
      throw new Error(`Nothing was said of ${type}`);
    }
    return kind;
  }
}
