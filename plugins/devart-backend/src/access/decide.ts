import type { PermissionsService } from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  isResourcePermission,
  type BasicPermission,
  type Permission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import { minimumRoleOf, roleIncludes } from '@devart/plugin-devart-common';
import type { MemberCaller } from './Caller';

/** What somebody's role says, where the policy has no say; undefined where it has. */
function decidedByRole(
  caller: MemberCaller,
  permission: Permission,
): PolicyDecision | undefined {
  const role = minimumRoleOf(permission);
  if (role && !roleIncludes(caller.role, role)) {
    return { result: AuthorizeResult.DENY };
  }
  if (caller.isActedFor) {
    return {
      result: role ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
    };
  }
  return undefined;
}

/**
 * What the policy of the portal says to somebody's use of a permission: yes, no,
 * or on which conditions; never more than their role has. For whom a run acts,
 * the policy was asked when the run began.
 */
export async function decide(
  permissions: PermissionsService,
  caller: MemberCaller,
  permission: Permission,
): Promise<PolicyDecision> {
  const [decision] = await decideAll(permissions, caller, [permission]);
  return decision;
}

/** What the policy says to each of several permissions, in their order. */
export async function decideAll(
  permissions: PermissionsService,
  caller: MemberCaller,
  asked: readonly Permission[],
): Promise<PolicyDecision[]> {
  const { credentials } = caller;
  const decisions = new Map<Permission, PolicyDecision>();
  for (const permission of asked) {
    const decision = decidedByRole(caller, permission);
    if (decision) {
      decisions.set(permission, decision);
    }
  }
  const open = asked.filter(permission => !decisions.has(permission));
  const onObjects = open.filter(permission => isResourcePermission(permission));
  const others = open.filter(
    (permission): permission is BasicPermission =>
      !isResourcePermission(permission),
  );
  const answers = await Promise.all([
    onObjects.length === 0
      ? []
      : permissions.authorizeConditional(
          onObjects.map(permission => ({ permission })),
          { credentials },
        ),
    others.length === 0
      ? []
      : permissions.authorize(
          others.map(permission => ({ permission })),
          { credentials },
        ),
  ]);
  [...onObjects, ...others].forEach((permission, index) =>
    decisions.set(permission, answers.flat()[index]),
  );
  return asked.map(permission => decisions.get(permission)!);
}
