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
