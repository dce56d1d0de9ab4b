import type { Config } from '@backstage/config';
import { ROLES, roleIncludes, type Role } from '@devart/plugin-devart-common';

/**
 * Which role a person or service has, by configuration
 * (`devart.access.roles`). Groups and users map to roles; whoever maps to
 * several has the most powerful; whoever maps to none is a viewer.
 *
 * @public
 */
export class RoleMapping {
  /**
   * Reads the mapping.
   *
   * @throws InputError naming the key, when a value is not a list of entity
   * references or a role is not known.
   */
  static fromConfig(config: Config): RoleMapping {
    const roles = new Map<string, Role>();
    const section = config.getOptionalConfig('devart.access.roles');
    for (const role of section?.keys() ?? []) {
      if (!ROLES.includes(role as Role)) {
        throw new Error(
          `devart.access.roles.${role} is not a role; accepted are ${ROLES.join(', ')}`,
        );
      }
      for (const member of section!.getStringArray(role)) {
        const ref = member.toLowerCase();
        const known = roles.get(ref);
        if (!known || roleIncludes(role as Role, known)) {
          roles.set(ref, role as Role);
        }
      }
    }
    return new RoleMapping(roles);
  }

  readonly #roles: ReadonlyMap<string, Role>;

  private constructor(roles: ReadonlyMap<string, Role>) {
    this.#roles = roles;
  }

  /** The role of a person, from their own reference and those of their groups. */
  roleOfUser(ownershipEntityRefs: readonly string[]): Role {
    let role: Role = 'viewer';
    for (const ref of ownershipEntityRefs) {
      const mapped = this.#roles.get(ref.toLowerCase());
      if (mapped && roleIncludes(mapped, role)) {
        role = mapped;
      }
    }
    return role;
  }

  /** Whom the configuration names with one of these roles: references in lower case. */
  named(roles: readonly Role[]): string[] {
    return [...this.#roles]
      .filter(([, role]) => roles.includes(role))
      .map(([ref]) => ref);
  }

  /**
   * The role of a service by its subject: `service:ci` in the configuration
   * stands for the subject `ci` of an access token. Plugins of this very portal
   * are trusted as supervisors unless mapped otherwise.
   */
  roleOfService(subject: string): Role {
    const mapped = this.#roles.get(`service:${subject.toLowerCase()}`);
    return mapped ?? (subject.startsWith('plugin:') ? 'supervisor' : 'viewer');
  }
}
