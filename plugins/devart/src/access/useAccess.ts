import {
  minimumRoleOf,
  roleIncludes,
  type Role,
} from '@devart/plugin-devart-common';
import { useKnownMe } from './MeProvider';

/** Whether somebody may do something, and if not, why not. */
export type Access = { allowed: true } | { allowed: false; reason: string };

const WHO: Record<Role, string> = {
  viewer: 'everybody',
  supervisor: 'supervisors and administrators',
  admin: 'administrators',
};

/** Whether whoever is signed in may use a permission, by their role. */
export function useAccess(permission: { name: string }): Access {
  const me = useKnownMe();
  const minimum = minimumRoleOf(permission);
  if (!me || !minimum) {
    return { allowed: false, reason: 'Checking what you may do.' };
  }
  if (roleIncludes(me.role, minimum)) {
    return { allowed: true };
  }
  return {
    allowed: false,
    reason: `Only ${WHO[minimum]} can do this; you are a ${me.role}.`,
  };
}
