import type {
  Agent,
  Finding,
  OperationOutput,
  operations,
  ReviewDetail,
  Role,
  Task,
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
    organization: { id: uuid(900), name: 'default', title: 'Example' },
  };
}
