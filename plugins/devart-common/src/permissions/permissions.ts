import {
  createPermission,
  type BasicPermission,
} from '@backstage/plugin-permission-common';
import type { Role } from '../model/roles';

type Action = 'create' | 'read' | 'update' | 'delete';

const minimumRoles = new Map<string, Role>();

function define(name: string, action: Action, role: Role): BasicPermission {
  minimumRoles.set(name, role);
  return createPermission({ name, attributes: { action } });
}

/** See tasks, their history, logs, artifacts and findings. @public */
export const taskReadPermission = define('devart.task.read', 'read', 'viewer');
/** Create tasks and ask for reviews. @public */
export const taskCreatePermission = define(
  'devart.task.create',
  'create',
  'supervisor',
);
/** Edit, move, cancel and requeue tasks. @public */
export const taskUpdatePermission = define(
  'devart.task.update',
  'update',
  'supervisor',
);
/** Delete tasks. @public */
export const taskDeletePermission = define(
  'devart.task.delete',
  'delete',
  'supervisor',
);
/** See agents and how they do. @public */
export const agentReadPermission = define(
  'devart.agent.read',
  'read',
  'viewer',
);
/** Register agents. @public */
export const agentCreatePermission = define(
  'devart.agent.create',
  'create',
  'supervisor',
);
/** Edit, activate, stop agents and rotate their keys. @public */
export const agentUpdatePermission = define(
  'devart.agent.update',
  'update',
  'supervisor',
);
/** Remove agents. @public */
export const agentDeletePermission = define(
  'devart.agent.delete',
  'delete',
  'admin',
);
/** Stop every agent of the organisation at once, and let them go on. @public */
export const agentHaltPermission = define(
  'devart.agent.halt',
  'update',
  'supervisor',
);
/** Create, list and revoke the tokens with which agents register themselves. @public */
export const enrolmentManagePermission = define(
  'devart.enrolment.manage',
  'update',
  'admin',
);
/** Dismiss findings of reviews and bring them back. @public */
export const findingDismissPermission = define(
  'devart.finding.dismiss',
  'update',
  'supervisor',
);
/** Read the audit trail. @public */
export const auditReadPermission = define(
  'devart.audit.read',
  'read',
  'supervisor',
);

/** Every permission of devart. @public */
export const devartPermissions: readonly BasicPermission[] = [
  taskReadPermission,
  taskCreatePermission,
  taskUpdatePermission,
  taskDeletePermission,
  agentReadPermission,
  agentCreatePermission,
  agentUpdatePermission,
  agentDeletePermission,
  agentHaltPermission,
  enrolmentManagePermission,
  findingDismissPermission,
  auditReadPermission,
];

/**
 * The least powerful role that has a permission; undefined for a permission
 * that is not devart's. @public
 */
export function minimumRoleOf(permission: { name: string }): Role | undefined {
  return minimumRoles.get(permission.name);
}
