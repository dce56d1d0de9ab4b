import type { PermissionsService } from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  type BasicPermission,
} from '@backstage/plugin-permission-common';
import { minimumRoleOf, roleIncludes } from '@devart/plugin-devart-common';
import type { MemberCaller } from './Caller';

/**
 * Whether a person or service has a permission: the permission framework lets
 * them, and their role includes the least powerful one that has it. For whom a run
 * acts, the framework was asked when the run began.
 */
export async function isPermitted(
  permissions: PermissionsService,
  caller: MemberCaller,
  permission: BasicPermission,
): Promise<boolean> {
  const role = minimumRoleOf(permission);
  if (role && !roleIncludes(caller.role, role)) {
    return false;
  }
  if (caller.isActedFor) {
    return role !== undefined;
  }
  const [decision] = await permissions.authorize([{ permission }], {
    credentials: caller.credentials,
  });
  return decision.result === AuthorizeResult.ALLOW;
}
