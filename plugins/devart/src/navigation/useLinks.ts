import { useRouteRef } from '@backstage/core-plugin-api';
import type {
  RunStatus,
  TaskPriority,
  TaskStatus,
} from '@devart/plugin-devart-common';
import { useMemo } from 'react';
import {
  agentRouteRef,
  agentsRouteRef,
  approvalRouteRef,
  approvalsRouteRef,
  auditRouteRef,
  budgetsRouteRef,
  reviewsRouteRef,
  runRouteRef,
  runsRouteRef,
  taskRouteRef,
  tasksRouteRef,
  workflowRouteRef,
  workflowsRouteRef,
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

/** Filters of the list of runs that a link can set. */
export interface RunListFilter {
  status?: RunStatus;
  workflowId?: string;
  entityRef?: string;
}

/** Filters of the ledger that a link can set. */
export interface LedgerLinkFilter {
  serviceId?: string;
  agentId?: string;
  taskId?: string;
  runId?: string;
  entityRef?: string;
  team?: string;
  model?: string;
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
  const budgets = useRouteRef(budgetsRouteRef);
  const workflows = useRouteRef(workflowsRouteRef);
  const workflow = useRouteRef(workflowRouteRef);
  const runs = useRouteRef(runsRouteRef);
  const run = useRouteRef(runRouteRef);
  const approvals = useRouteRef(approvalsRouteRef);
  const approval = useRouteRef(approvalRouteRef);

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
      budgets: () => budgets(),
      ledger: (filter: LedgerLinkFilter = {}) =>
        withQuery(budgets(), { view: 'ledger', ...filter }),
      workflows: () => workflows(),
      workflow: (workflowId: string) => workflow({ workflowId }),
      runs: (filter: RunListFilter = {}) => withQuery(runs(), { ...filter }),
      run: (runId: string, at: { step?: string } = {}) =>
        withQuery(run({ runId }), at),
      approvals: (filter: { view?: 'all' } = {}) =>
        withQuery(approvals(), filter),
      approval: (approvalId: string) => approval({ approvalId }),
    }),
    [
      tasks,
      task,
      reviews,
      agents,
      agent,
      audit,
      budgets,
      workflows,
      workflow,
      runs,
      run,
      approvals,
      approval,
    ],
  );
}
