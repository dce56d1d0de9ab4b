import type {
  Agent,
  Approval,
  Finding,
  OperationOutput,
  operations,
  ReviewDetail,
  Role,
  Run,
  RunStep,
  Task,
  Workflow,
  WorkflowGraphStep,
  WorkflowVersion,
} from '@devart/plugin-devart-common';

const AT = '2026-01-02T03:04:05.000Z';

/** A UUID that ends with a number. */
export function uuid(number: number): string {
  return `01890000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

/** A task. */
export function aTask(of: Partial<Task> = {}): Task {
  return {
    id: uuid(1),
    title: 'Tidy the shop',
    description: '',
    type: 'general',
    status: 'queued',
    priority: 'medium',
    capabilities: [],
    attempt: 0,
    maxAttempts: 3,
    successors: 0,
    createdBy: 'user:default/sam',
    createdAt: AT,
    updatedAt: AT,
    costMicros: 0,
    version: 1,
    input: {},
    ...of,
  };
}

/** An agent. */
export function anAgent(of: Partial<Agent> = {}): Agent {
  return {
    id: uuid(100),
    name: 'reviewer',
    description: '',
    entityRef: 'airesource:default/reviewer',
    managedBy: 'api',
    capabilities: ['code-review'],
    activation: 'active',
    status: 'idle',
    maxConcurrent: 1,
    runningTasks: 0,
    keys: [],
    createdBy: 'user:default/sam',
    createdAt: AT,
    updatedAt: AT,
    version: 1,
    ...of,
  };
}

/** A finding. */
export function aFinding(of: Partial<Finding> = {}): Finding {
  return {
    id: uuid(200),
    fingerprint: 'f',
    path: 'src/shop.ts',
    line: 7,
    severity: 'error',
    tool: 'eslint',
    rule: 'no-undef',
    title: 'price is not defined',
    message: 'price is not defined',
    known: false,
    ...of,
  };
}

/** A review with what it found. */
export function aReview(of: Partial<ReviewDetail> = {}): ReviewDetail {
  return {
    id: uuid(300),
    taskId: uuid(1),
    source: 'portal',
    repository: 'https://git.example.com/shop.git',
    title: 'Sell more',
    base: 'main',
    head: 'feature',
    status: 'succeeded',
    conclusion: 'failure',
    counts: { error: 1, warning: 0, notice: 0, dismissed: 0 },
    publishing: { state: 'none' },
    createdAt: AT,
    updatedAt: AT,
    findings: [],
    findingsOmitted: 0,
    analyzers: [],
    ...of,
  };
}

type Board = OperationOutput<typeof operations.tasks.board>;

/** A board with some columns filled. */
export function aBoard(of: Partial<Record<keyof Board, Task[]>>): Board {
  const column = (tasks: Task[] = []) => ({
    total: tasks.length,
    capped: false,
    items: tasks,
  });
  return {
    queued: column(of.queued),
    waiting: column(of.waiting),
    running: column(of.running),
    succeeded: column(of.succeeded),
    stopped: column(of.stopped),
  };
}

/** Somebody who is signed in, as `portal.me` tells it. */
export function someone(role: Role) {
  return {
    actor: 'user:default/sam',
    role,
    organization: {
      id: uuid(900),
      name: 'default',
      title: 'Example',
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
    },
  };
}

/** A step of a definition. */
export function aGraphStep(
  of: Partial<WorkflowGraphStep> = {},
): WorkflowGraphStep {
  return {
    id: 'build',
    name: 'Build it',
    type: 'task',
    needs: [],
    hasMatrix: false,
    sideEffect: 'idempotent',
    compensates: false,
    continueOnError: false,
    capabilities: ['build'],
    summary: 'Build the shop',
    ...of,
  };
}

/** A published version of a workflow that builds, asks and releases. */
export function aVersion(of: Partial<WorkflowVersion> = {}): WorkflowVersion {
  return {
    version: '1.1.0',
    publishedBy: 'user:default/sam',
    publishedAt: AT,
    source: 'kind: Workflow\nspec:\n  version: 1.1.0\n',
    parameters: {
      type: 'object',
      required: ['region'],
      properties: {
        region: { type: 'string', title: 'Region' },
        copies: { type: 'integer', title: 'Copies', default: 2 },
      },
    },
    steps: [
      aGraphStep(),
      aGraphStep({
        id: 'ask',
        name: 'Ask somebody',
        type: 'approval',
        needs: ['build'],
        sideEffect: 'none',
        capabilities: [],
        summary: 'Release the shop?',
      }),
      aGraphStep({
        id: 'release',
        name: 'Release it',
        needs: ['ask'],
        if: 'success()',
        sideEffect: 'external',
        compensates: true,
        summary: 'Release the shop',
      }),
    ],
    ...of,
  };
}

/** A workflow. */
export function aWorkflow(of: Partial<Workflow> = {}): Workflow {
  const latest = of.latest ?? aVersion();
  return {
    id: uuid(400),
    name: 'release',
    title: 'Release with approval',
    description: 'Builds, asks and releases',
    owner: 'group:default/shop-team',
    entityRef: 'workflow:default/release',
    managedBy: 'api',
    version: latest.version,
    steps: latest.steps.length,
    running: 0,
    createdAt: AT,
    updatedAt: AT,
    triggers: [],
    latest,
    ...of,
  };
}

/** A step of a run. */
export function aRunStep(of: Partial<RunStep> = {}): RunStep {
  return {
    id: uuid(600),
    step: 'build',
    name: 'Build it',
    type: 'task',
    needs: [],
    status: 'succeeded',
    attempt: 1,
    maxAttempts: 1,
    sideEffect: 'idempotent',
    continueOnError: false,
    reused: false,
    costMicros: 0,
    ...of,
  };
}

/** A run of {@link aWorkflow}; what it counts follows from its steps. */
export function aRun(of: Partial<Run> = {}): Run {
  const stepRuns = of.stepRuns ?? [aRunStep()];
  const count = (...statuses: RunStep['status'][]) =>
    stepRuns.filter(({ status }) => statuses.includes(status)).length;
  return {
    id: uuid(500),
    path: `/devart/runs/${uuid(500)}`,
    number: 7,
    workflow: {
      id: uuid(400),
      name: 'release',
      title: 'Release with approval',
      version: '1.1.0',
    },
    status: 'running',
    trigger: 'manual',
    startedBy: 'user:default/sam',
    steps: {
      total: stepRuns.length,
      succeeded: count('succeeded'),
      failed: count('failed'),
      open: count('pending', 'running', 'waiting'),
    },
    costMicros: 0,
    startedAt: AT,
    version: 1,
    parameters: {},
    stepRuns,
    ...of,
  };
}

/** A request for approval that waits for whoever looks at it. */
export function anApproval(of: Partial<Approval> = {}): Approval {
  return {
    id: uuid(700),
    status: 'pending',
    title: 'Release the shop',
    description: '',
    effect: 'Customers see the new shop.',
    effectClass: 'external',
    action: { deploy: 'shop', to: 'production' },
    requestedBy: 'user:default/ada',
    approvers: [],
    approvalsNeeded: 1,
    approvalsGiven: 0,
    decisions: [],
    delegations: [],
    expiresAt: '2126-01-02T03:04:05.000Z',
    onExpiry: 'reject',
    escalateTo: [],
    subject: {
      kind: 'run',
      id: uuid(500),
      name: 'Release with approval #7',
      step: 'ask',
    },
    createdAt: AT,
    version: 3,
    mayDecide: true,
    ...of,
  };
}
