import type {
  BackstageCredentials,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import {
  AuthorizeResult,
  type DefinitivePolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { roleIncludes, type Role } from '@devart/plugin-devart-common';
import { RoleMapping } from '@devart/plugin-devart-node';
import { decideDevartPermission } from './decideDevartPermission';
import { minimumRoleInPortal } from './minimumRoleInPortal';

/**
 * What the policy needs.
 * @public
 */
export interface DevartPermissionPolicyOptions {
  /** Which groups and users have which role. */
  roles: RoleMapping;
  /** Tells the groups of whoever asks. */
  userInfo: UserInfoService;
}

const DENY: DefinitivePolicyDecision = { result: AuthorizeResult.DENY };

/**
 * Decides by the roles of `devart.access.roles`. Whoever is mapped to no role
 * is a viewer; whoever is not signed in may do nothing.
 *
 * As the policy of a portal, {@link DevartPermissionPolicy.handle} decides over
 * all permissions. A portal with a policy of its own asks
 * {@link DevartPermissionPolicy.decide} first, and goes on when it answers
 * undefined.
 *
 * @public
 */
export class DevartPermissionPolicy implements PermissionPolicy {
  /**
   * A policy with the roles of the configuration.
   *
   * @throws Error naming the key, when `devart.access.roles` is wrong.
   */
  static fromConfig(
    config: Config,
    options: { userInfo: UserInfoService },
  ): DevartPermissionPolicy {
    return new DevartPermissionPolicy({
      roles: RoleMapping.fromConfig(config),
      userInfo: options.userInfo,
    });
  }

  readonly #roles: RoleMapping;
  readonly #userInfo: UserInfoService;
  // A page asks for many permissions at once, all with the same credentials.
  readonly #known = new WeakMap<BackstageCredentials, Promise<Role>>();

  constructor(options: DevartPermissionPolicyOptions) {
    this.#roles = options.roles;
    this.#userInfo = options.userInfo;
  }

  /** Decides over the permissions of devart; undefined for all others. */
  async decide(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<DefinitivePolicyDecision | undefined> {
    if (!decideDevartPermission(request.permission, 'viewer')) {
      return undefined;
    }
    return user
      ? decideDevartPermission(request.permission, await this.#roleOf(user))
      : DENY;
  }

  /** Decides over every permission. */
  async handle(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<DefinitivePolicyDecision> {
    const decision = await this.decide(request, user);
    if (decision) {
      return decision;
    }
    const allowed =
      user !== undefined &&
      roleIncludes(
        await this.#roleOf(user),
        minimumRoleInPortal(request.permission),
      );
    return allowed ? { result: AuthorizeResult.ALLOW } : DENY;
  }

  #roleOf({ credentials }: PolicyQueryUser): Promise<Role> {
    let role = this.#known.get(credentials);
    if (!role) {
      role = this.#userInfo
        .getUserInfo(credentials)
        .then(({ userEntityRef, ownershipEntityRefs }) =>
          this.#roles.roleOfUser([userEntityRef, ...ownershipEntityRefs]),
        );
      this.#known.set(credentials, role);
    }
    return role;
  }
}
