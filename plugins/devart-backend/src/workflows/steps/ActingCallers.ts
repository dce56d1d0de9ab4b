import type { AuthService } from '@backstage/backend-plugin-api';
import { RELATION_MEMBER_OF } from '@backstage/catalog-model';
import { NotAllowedError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { roleIncludes, type Role } from '@devart/plugin-devart-common';
import type { RoleMapping } from '@devart/plugin-devart-node';
import type { MemberCaller } from '../../access/Caller';

const SERVICE = 'service:';
/** How long the groups of a person are believed, in milliseconds. */
const MEMORY_MS = 10_000;
const MAX_REMEMBERED = 1000;

/**
 * In whose name the operations of a run are done. Nobody's credentials are kept:
 * who a person is now, and in which groups, is asked of the catalog each time,
 * and they may do no more than they might when the run began.
 */
export class ActingCallers {
  readonly #options: {
    auth: AuthService;
    catalog: CatalogService;
    roles: RoleMapping;
  };
  readonly #known = new Map<
    string,
    { refs: readonly string[]; until: number }
  >();

  constructor(options: {
    auth: AuthService;
    catalog: CatalogService;
    roles: RoleMapping;
  }) {
    this.#options = options;
  }

  /**
   * The caller in whose name a run acts, in the lesser of the role of then and
   * the role of now. Its credentials are nobody's: they open nothing.
   *
   * @throws NotAllowedError for runs that began in the name of neither a person
   * nor a service.
   */
  async resolve(run: {
    organizationId: string;
    actsAs: string;
    actingRole: Role;
  }): Promise<MemberCaller> {
    const { actsAs, actingRole, organizationId } = run;
    const isService = actsAs.startsWith(SERVICE);
    if (!isService && !actsAs.startsWith('user:')) {
      throw new NotAllowedError(`Nothing can be done in the name of ${actsAs}`);
    }
    const { auth, roles } = this.#options;
    const refs = isService ? [actsAs] : await this.#refsOf(actsAs);
    const role = isService
      ? roles.roleOfService(actsAs.slice(SERVICE.length))
      : roles.roleOfUser(refs);
    return {
      kind: isService ? 'service' : 'user',
      actor: actsAs,
      refs: refs.map(ref => ref.toLowerCase()),
      organizationId,
      role: roleIncludes(role, actingRole) ? actingRole : role,
      credentials: await auth.getNoneCredentials(),
      isActedFor: true,
    };
  }

  /** Somebody's own reference and those of their groups, as the catalog has them. */
  async #refsOf(userRef: string): Promise<readonly string[]> {
    const known = this.#known.get(userRef);
    if (known && known.until > Date.now()) {
      return known.refs;
    }
    const { auth, catalog } = this.#options;
    const user = await catalog.getEntityByRef(userRef, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    const groups = (user?.relations ?? [])
      .filter(({ type }) => type === RELATION_MEMBER_OF)
      .map(({ targetRef }) => targetRef);
    const refs = [userRef, ...groups];
    this.#known.delete(userRef);
    if (this.#known.size >= MAX_REMEMBERED) {
      this.#known.delete(this.#known.keys().next().value!);
    }
    this.#known.set(userRef, { refs, until: Date.now() + MEMORY_MS });
    return refs;
  }
}
