import type { ReviewDetail, Task } from '@devart/plugin-devart-common';

export const TASK_ID = '01980000-0000-7000-8000-000000000001';
export const REVIEW_ID = '01980000-0000-7000-8000-000000000002';
const AGENT_ID = '01980000-0000-7000-8000-000000000003';
const INSTANT = '2026-05-04T10:00:00.000Z';

/** A task as the control plane answers it. */
export function task(change: Partial<Task> = {}): Task {
  return {
    id: TASK_ID,
    title: 'Review HEAD of shop',
    type: 'code-review',
    status: 'queued',
    priority: 'high',
    capabilities: ['code-review'],
    attempt: 0,
    maxAttempts: 3,
    successors: 0,
    createdBy: 'user:default/mock',
    createdAt: INSTANT,
    updatedAt: INSTANT,
    version: 1,
    description: '',
    input: {},
    ...change,
  };
}

/** A task that an agent works on. */
export function runningTask(change: Partial<Task> = {}): Task {
  return task({
    status: 'running',
    attempt: 1,
    agent: { id: AGENT_ID, name: 'code-review' },
    ...change,
  });
}

/** A review as the control plane answers it. */
export function review(change: Partial<ReviewDetail> = {}): ReviewDetail {
  return {
    id: REVIEW_ID,
    taskId: TASK_ID,
    source: 'portal',
    repository: '/srv/shop',
    title: 'Review HEAD of shop',
    base: '',
    head: 'HEAD',
    status: 'queued',
    counts: { error: 0, warning: 0, notice: 0, dismissed: 0 },
    publishing: { state: 'none' },
    createdAt: INSTANT,
    updatedAt: INSTANT,
    findings: [],
    findingsOmitted: 0,
    analyzers: [],
    ...change,
  };
}

/** A finding as the control plane answers it. */
export function finding(
  change: Partial<ReviewDetail['findings'][number]> = {},
): ReviewDetail['findings'][number] {
  return {
    id: '01980000-0000-7000-8000-000000000004',
    fingerprint: 'f1',
    path: 'src/index.ts',
    line: 7,
    severity: 'warning',
    tool: 'eslint',
    rule: 'no-unused-vars',
    title: 'x is never used',
    message: 'x is assigned a value but never used.',
    known: false,
    ...change,
  };
}
