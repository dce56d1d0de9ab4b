import {
  createPermission,
  type BasicPermission,
  type Permission,
  type ResourcePermission,
} from '@backstage/plugin-permission-common';
import type { Role } from '../model/roles';
import {
  RESOURCE_TYPE_APPROVAL,
  RESOURCE_TYPE_RUN,
  RESOURCE_TYPE_TASK,
  type ResourceType,
} from './resourceTypes';

type Action = 'create' | 'read' | 'update' | 'delete';

const minimumRoles = new Map<string, Role>();

function define(name: string, action: Action, role: Role): BasicPermission {
  minimumRoles.set(name, role);
  return createPermission({ name, attributes: { action } });
}

/** A permission that a policy may give for some objects and not for others. */
function defineOn<T extends ResourceType>(
  resourceType: T,
  name: string,
  action: Action,
  role: Role,
): ResourcePermission<T> {
  minimumRoles.set(name, role);
  return createPermission({ name, attributes: { action }, resourceType });
}

/** See tasks, their history, logs, artifacts and findings. @public */
export const taskReadPermission = defineOn(
  RESOURCE_TYPE_TASK,
  'devart.task.read',
  'read',
  'viewer',
);
/** Create tasks and ask for reviews. @public */
export const taskCreatePermission = define(
  'devart.task.create',
  'create',
  'supervisor',
);
/** Edit, move, cancel and requeue tasks. @public */
export const taskUpdatePermission = defineOn(
  RESOURCE_TYPE_TASK,
  'devart.task.update',
  'update',
  'supervisor',
);
/** Delete tasks. @public */
export const taskDeletePermission = defineOn(
  RESOURCE_TYPE_TASK,
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
/** See workflows and their versions. @public */
export const workflowReadPermission = define(
  'devart.workflow.read',
  'read',
  'viewer',
);
/** Publish workflows and versions of them. @public */
export const workflowCreatePermission = define(
  'devart.workflow.create',
  'create',
  'supervisor',
);
/** Change what starts a workflow. @public */
export const workflowUpdatePermission = define(
  'devart.workflow.update',
  'update',
  'supervisor',
);
/** Delete workflows. @public */
export const workflowDeletePermission = define(
  'devart.workflow.delete',
  'delete',
  'admin',
);
/** Start and resume runs of workflows, and send them events. @public */
export const workflowRunPermission = define(
  'devart.workflow.run',
  'create',
  'supervisor',
);
/** See runs of workflows. @public */
export const runReadPermission = defineOn(
  RESOURCE_TYPE_RUN,
  'devart.run.read',
  'read',
  'viewer',
);
/** Cancel runs of workflows. @public */
export const runUpdatePermission = defineOn(
  RESOURCE_TYPE_RUN,
  'devart.run.update',
  'update',
  'supervisor',
);
/** See what waits for approval and what was decided. @public */
export const approvalReadPermission = defineOn(
  RESOURCE_TYPE_APPROVAL,
  'devart.approval.read',
  'read',
  'viewer',
);
/** Ask for approval and withdraw the request. @public */
export const approvalRequestPermission = define(
  'devart.approval.request',
  'create',
  'supervisor',
);
/** Approve, reject and delegate. @public */
export const approvalDecidePermission = defineOn(
  RESOURCE_TYPE_APPROVAL,
  'devart.approval.decide',
  'update',
  'supervisor',
);
/** See services, budgets, what was spent and on what. @public */
export const budgetReadPermission = define(
  'devart.budget.read',
  'read',
  'viewer',
);
/** Create and change budgets and services, and charge services. @public */
export const budgetUpdatePermission = define(
  'devart.budget.update',
  'update',
  'supervisor',
);
/** Remove budgets and services. @public */
export const budgetDeletePermission = define(
  'devart.budget.delete',
  'delete',
  'admin',
);
/** Say what something in the ledger truly cost. @public */
export const ledgerCorrectPermission = define(
  'devart.ledger.correct',
  'update',
  'admin',
);
/** See what tasks cost and how well tasks and agents did. @public */
export const analyticsReadPermission = define(
  'devart.analytics.read',
  'read',
  'viewer',
);
/** Look for costly tasks, review them, and say what is costly. @public */
export const analyticsUpdatePermission = define(
  'devart.analytics.update',
  'update',
  'supervisor',
);
/** Read what agents asked models and what these answered. @public */
export const recordingReadPermission = define(
  'devart.recording.read',
  'read',
  'admin',
);

/** Every permission of devart. @public */
export const devartPermissions: readonly Permission[] = [
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
  workflowReadPermission,
  workflowCreatePermission,
  workflowUpdatePermission,
  workflowDeletePermission,
  workflowRunPermission,
  runReadPermission,
  runUpdatePermission,
  approvalReadPermission,
  approvalRequestPermission,
  approvalDecidePermission,
  budgetReadPermission,
  budgetUpdatePermission,
  budgetDeletePermission,
  ledgerCorrectPermission,
  analyticsReadPermission,
  analyticsUpdatePermission,
  recordingReadPermission,
];

/**
 * The least powerful role that has a permission; undefined for a permission
 * that is not devart's. @public
 */
export function minimumRoleOf(permission: { name: string }): Role | undefined {
  return minimumRoles.get(permission.name);
}

const readPermissions: Record<
  ResourceType,
  ResourcePermission<ResourceType>
> = {
  [RESOURCE_TYPE_TASK]: taskReadPermission,
  [RESOURCE_TYPE_RUN]: runReadPermission,
  [RESOURCE_TYPE_APPROVAL]: approvalReadPermission,
};

/** The permission that somebody needs to see objects of a type. @public */
export function readPermissionOf(
  type: ResourceType,
): ResourcePermission<ResourceType> {
  return readPermissions[type];
}
