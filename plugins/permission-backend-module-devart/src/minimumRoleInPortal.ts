import type { Permission } from '@backstage/plugin-permission-common';
import type { Role } from '@devart/plugin-devart-common';

/** What supervisors do besides creating, of which no attribute speaks. */
const SUPERVISED = new Set([
  'catalog.entity.refresh',
  'catalog.entity.validate',
  'catalog.location.analyze',
  'scaffolder.action.execute',
  'scaffolder.task.cancel',
]);

/**
 * The least powerful role that may use a permission of another plugin: viewers
 * read, supervisors create and run templates, everything else - deleting,
 * managing, and what is not known here - is for admins.
 */
export function minimumRoleInPortal(permission: Permission): Role {
  const { action } = permission.attributes;
  if (action === 'read') {
    return 'viewer';
  }
  return action === 'create' || SUPERVISED.has(permission.name)
    ? 'supervisor'
    : 'admin';
}
