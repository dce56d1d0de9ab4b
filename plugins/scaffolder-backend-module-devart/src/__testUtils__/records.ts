import type {
  Agent,
  Approval,
  ReviewDetail,
  Run,
  Task,
  WorkflowSummary,
} from '@devart/plugin-devart-common';

export const TASK_ID = '01980000-0000-7000-8000-000000000001';
export const REVIEW_ID = '01980000-0000-7000-8000-000000000002';
export const AGENT_ID = '01980000-0000-7000-8000-000000000003';
export const RUN_ID = '01980000-0000-7000-8000-000000000005';
export const WORKFLOW_ID = '01980000-0000-7000-8000-000000000006';
export const APPROVAL_ID = '01980000-0000-7000-8000-000000000008';
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
    costMicros: 0,
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

/** A run of a workflow as the control plane answers it. */
export function run(change: Partial<Run> = {}): Run {
  return {
    id: RUN_ID,
    number: 7,
    path: `/devart/runs/${RUN_ID}`,
    workflow: {
      id: WORKFLOW_ID,
      name: 'build',
      title: 'Build',
      version: '1.2.0',
    },
    status: 'running',
    trigger: 'manual',
    startedBy: 'user:default/mock',
    steps: { total: 2, succeeded: 0, failed: 0, open: 2 },
    costMicros: 0,
    startedAt: INSTANT,
    version: 1,
    parameters: {},
    stepRuns: [],
    ...change,
  };
}

/** A step of a run as the control plane answers it. */
export function runStep(change: Partial<Run['stepRuns'][number]> = {}) {
  return {
    id: '01980000-0000-7000-8000-000000000007',
    step: 'build',
    name: 'Build it',
    type: 'task',
    needs: [],
    status: 'running',
    attempt: 1,
    maxAttempts: 1,
    sideEffect: 'idempotent',
    continueOnError: false,
    reused: false,
    costMicros: 0,
    ...change,
  } as Run['stepRuns'][number];
}

/** A workflow as lists show it. */
export function workflow(
  change: Partial<WorkflowSummary> = {},
): WorkflowSummary {
  return {
    id: WORKFLOW_ID,
    name: 'build',
    title: 'Build',
    description: '',
    entityRef: 'workflow:default/build',
    managedBy: 'catalog',
    version: '1.2.0',
    steps: 2,
    running: 0,
    createdAt: INSTANT,
    updatedAt: INSTANT,
    ...change,
  };
}

/** A request for approval as the control plane answers it. */
export function approval(change: Partial<Approval> = {}): Approval {
  return {
    id: APPROVAL_ID,
    status: 'pending',
    title: 'Release the shop',
    description: '',
    effectClass: 'external',
    action: {},
    requestedBy: 'user:default/mock',
    approvers: [],
    approvalsNeeded: 1,
    approvalsGiven: 0,
    decisions: [],
    delegations: [],
    onExpiry: 'reject',
    escalateTo: [],
    createdAt: INSTANT,
    version: 1,
    mayDecide: false,
    ...change,
  };
}

/** An agent that has no key yet, as the control plane answers it. */
export function agent(change: Partial<Agent> = {}): Agent {
  return {
    id: AGENT_ID,
    name: 'Builder-2',
    description: '',
    entityRef: 'airesource:default/builder-2',
    managedBy: 'api',
    capabilities: ['build'],
    activation: 'pending',
    status: 'pending',
    maxConcurrent: 1,
    runningTasks: 0,
    keys: [],
    createdBy: 'user:default/mock',
    createdAt: INSTANT,
    updatedAt: INSTANT,
    version: 1,
    ...change,
  };
}
