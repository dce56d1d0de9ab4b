import { useRouteRef } from '@backstage/core-plugin-api';
import type { TaskPriority, TaskStatus } from '@devart/plugin-devart-common';
import { useMemo } from 'react';
import {
  agentRouteRef,
  agentsRouteRef,
  auditRouteRef,
  reviewsRouteRef,
  taskRouteRef,
  tasksRouteRef,
} from '../routes';

/** Filters of the task list that a link can set. */
export interface TaskListFilter {
  /** Tasks in any of these. */
  status?: readonly TaskStatus[];
  priority?: TaskPriority;
  agentId?: string;
  capability?: string;
  entityRef?: string;
}

function withQuery(path: string, query: Record<string, string | undefined>) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      search.set(name, value);
    }
  }
  return search.size > 0 ? `${path}?${search}` : path;
}

/** The addresses of the pages, wherever the portal has mounted them. */
export function useLinks() {
  const tasks = useRouteRef(tasksRouteRef);
  const task = useRouteRef(taskRouteRef);
  const reviews = useRouteRef(reviewsRouteRef);
  const agents = useRouteRef(agentsRouteRef);
  const agent = useRouteRef(agentRouteRef);
  const audit = useRouteRef(auditRouteRef);

  return useMemo(
    () => ({
      board: () => tasks(),
      taskList: ({ status, ...filter }: TaskListFilter) =>
        withQuery(tasks(), {
          view: 'list',
          ...filter,
          status: status?.join(','),
        }),
      newTask: () => withQuery(tasks(), { create: 'yes' }),
      task: (taskId: string) => task({ taskId }),
      reviews: (filter: { publishing?: string; entityRef?: string } = {}) =>
        withQuery(reviews(), filter),
      agents: (filter: { status?: string } = {}) => withQuery(agents(), filter),
      agent: (agentId: string) => agent({ agentId }),
      audit: (filter: { subject?: string } = {}) => withQuery(audit(), filter),
    }),
    [tasks, task, reviews, agents, agent, audit],
  );
}
