import {
  AuthorizeResult,
  type DefinitivePolicyDecision,
} from '@backstage/plugin-permission-common';
import {
  minimumRoleOf,
  roleIncludes,
  type Role,
} from '@devart/plugin-devart-common';

/**
 * What a role may do in devart; undefined for a permission that is not
 * devart's, so that a policy can go on to its own rules.
 * @public
 */
export function decideDevartPermission(
  permission: { name: string },
  role: Role,
): DefinitivePolicyDecision | undefined {
  const minimum = minimumRoleOf(permission);
  if (!minimum) {
    return undefined;
  }
  return {
    result: roleIncludes(role, minimum)
      ? AuthorizeResult.ALLOW
      : AuthorizeResult.DENY,
  };
}
