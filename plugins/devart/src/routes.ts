import { createRouteRef, createSubRouteRef } from '@backstage/core-plugin-api';

export const rootRouteRef = createRouteRef({ id: 'devart' });

export const tasksRouteRef = createSubRouteRef({
  id: 'devart/tasks',
  parent: rootRouteRef,
  path: '/tasks',
});

export const taskRouteRef = createSubRouteRef({
  id: 'devart/task',
  parent: rootRouteRef,
  path: '/tasks/:taskId',
});

export const reviewsRouteRef = createSubRouteRef({
  id: 'devart/reviews',
  parent: rootRouteRef,
  path: '/reviews',
});

export const agentsRouteRef = createSubRouteRef({
  id: 'devart/agents',
  parent: rootRouteRef,
  path: '/agents',
});

export const agentRouteRef = createSubRouteRef({
  id: 'devart/agent',
  parent: rootRouteRef,
  path: '/agents/:agentId',
});

export const auditRouteRef = createSubRouteRef({
  id: 'devart/audit',
  parent: rootRouteRef,
  path: '/audit',
});

export const budgetsRouteRef = createSubRouteRef({
  id: 'devart/budgets',
  parent: rootRouteRef,
  path: '/budgets',
});

export const analyticsRouteRef = createSubRouteRef({
  id: 'devart/analytics',
  parent: rootRouteRef,
  path: '/analytics',
});

export const workflowsRouteRef = createSubRouteRef({
  id: 'devart/workflows',
  parent: rootRouteRef,
  path: '/workflows',
});

export const workflowRouteRef = createSubRouteRef({
  id: 'devart/workflow',
  parent: rootRouteRef,
  path: '/workflows/:workflowId',
});

export const runsRouteRef = createSubRouteRef({
  id: 'devart/runs',
  parent: rootRouteRef,
  path: '/runs',
});

export const runRouteRef = createSubRouteRef({
  id: 'devart/run',
  parent: rootRouteRef,
  path: '/runs/:runId',
});

export const approvalsRouteRef = createSubRouteRef({
  id: 'devart/approvals',
  parent: rootRouteRef,
  path: '/approvals',
});

export const approvalRouteRef = createSubRouteRef({
  id: 'devart/approval',
  parent: rootRouteRef,
  path: '/approvals/:approvalId',
});

/** What other plugins may link to: the same in both front-end systems. */
export const devartRoutes = {
  root: rootRouteRef,
  tasks: tasksRouteRef,
  task: taskRouteRef,
  workflows: workflowsRouteRef,
  workflow: workflowRouteRef,
  runs: runsRouteRef,
  run: runRouteRef,
  approvals: approvalsRouteRef,
  approval: approvalRouteRef,
  reviews: reviewsRouteRef,
  agents: agentsRouteRef,
  agent: agentRouteRef,
  budgets: budgetsRouteRef,
  analytics: analyticsRouteRef,
  audit: auditRouteRef,
};
