import { mockCredentials } from '@backstage/backend-test-utils';
import type { ReviewDetail, Task } from '@devart/plugin-devart-common';
import {
  ControlPlaneServer,
  Cut,
  Refusal,
} from '../__testUtils__/ControlPlaneServer';
import {
  finding,
  review,
  runningTask,
  task,
  TASK_ID,
} from '../__testUtils__/records';
import { runAction, servicesFor } from '../__testUtils__/runAction';
import { createTaskWaitAction } from './taskWait';

const asUser = mockCredentials.service.header({
  onBehalfOf: mockCredentials.user(),
  targetPluginId: 'devart',
});
const asPlugin = mockCredentials.service.header({
  onBehalfOf: mockCredentials.service('plugin:test'),
  targetPluginId: 'devart',
});

let server: ControlPlaneServer;
/** What `tasks.get` answers, call by call; the last one stays. */
let states: Array<Task | (() => Task)>;
let reviewed: ReviewDetail | undefined;
let authorize: (authorization: string | undefined) => void;

beforeEach(async () => {
  states = [];
  reviewed = undefined;
  authorize = () => {};
  server = await ControlPlaneServer.start({
    'tasks.get': (_input, { authorization }) => {
      authorize(authorization);
      const state = states.length > 1 ? states.shift()! : states[0];
      return typeof state === 'function' ? state() : state;
    },
    'reviews.forTask': (_input, { authorization }) => {
      authorize(authorization);
      return reviewed;
    },
  });
});
afterEach(() => server.stop());

const wait = (
  options: Partial<Parameters<typeof runAction>[1]> & {
    input?: Record<string, string | number>;
  } = {},
) =>
  runAction(createTaskWaitAction(servicesFor(server.url)), {
    ...options,
    input: { taskId: TASK_ID, ...options.input },
  });

const succeeded = (change: Partial<Task> = {}) =>
  runningTask({ status: 'succeeded', output: { files: 3 }, ...change });

describe('devart:task:wait', () => {
  it('says how the task goes, and hands on what came of it', async () => {
    const queued = task({
      waiting: { reason: 'no-agent', message: 'No agent can do this' },
    });
    states = [
      queued,
      queued,
      runningTask({ progress: { percent: 40, message: 'Running ESLint' } }),
      succeeded(),
    ];

    const { output, log, error } = await wait();

    expect(error).toBeUndefined();
    expect(log).toEqual([
      'It is queued: No agent can do this',
      'code-review works on it, attempt 1 of 3: 40 % - Running ESLint',
      'It has ended: succeeded',
    ]);
    expect(output).toEqual({
      status: 'succeeded',
      output: { files: 3 },
      summary: 'The task **succeeded**.',
      url: `http://portal.example/devart/tasks/${TASK_ID}`,
    });
  });

  it('hands on what a review found', async () => {
    states = [succeeded()];
    reviewed = review({
      status: 'succeeded',
      conclusion: 'failure',
      counts: { error: 1, warning: 2, notice: 0, dismissed: 1 },
      stats: { filesChanged: 3, linesAdded: 10, linesDeleted: 2 },
      findings: [
        finding({ severity: 'error', title: 'Do `eval(<b>)`' }),
        finding({ line: undefined }),
        finding({
          title: 'gone',
          dismissed: {
            by: 'user:default/sam',
            at: '2026-05-04T10:00:00.000Z',
            reason: 'no',
          },
        }),
      ],
      findingsOmitted: 4,
    });

    const { output, error } = await wait();

    expect(error).toBeUndefined();
    expect(output.conclusion).toBe('failure');
    expect(output.counts).toEqual({
      error: 1,
      warning: 2,
      notice: 0,
      dismissed: 1,
    });
    expect(output.summary).toBe(
      [
        'The review concludes **failure**: 1 error, 2 warnings, 0 notices, 1 dismissed in 3 changed files (+10 −2 lines).',
        '',
        '- error in src/index.ts, line 7: Do \\`eval\\(\\<b\\>\\)\\` (eslint)',
        '- warning in src/index.ts: x is never used (eslint)',
        '',
        '4 more on the page of the task.',
      ].join('\n'),
    );
  });

  it.each(['failed', 'dead_letter', 'cancelled', 'rejected'] as const)(
    'fails when the task ends as %s, unless told never to',
    async status => {
      states = [runningTask({ status, lastError: 'No such branch' })];

      const { error, output } = await wait();
      const told = await wait({ input: { failOn: 'never' } });

      expect(error?.message).toBe(
        `The task ended as ${status}: No such branch (http://portal.example/devart/tasks/${TASK_ID})`,
      );
      expect(output.status).toBe(status);
      expect(told.error).toBeUndefined();
      expect(told.output).toMatchObject({ status, output: {} });
    },
  );

  it('fails over the conclusion of a review only when told to', async () => {
    states = [succeeded()];
    const input = { failOnConclusion: 'failure' };

    expect((await wait({ input })).error).toBeUndefined();
    reviewed = review({ conclusion: 'neutral' });
    expect((await wait({ input })).error).toBeUndefined();
    reviewed = review({
      conclusion: 'failure',
      counts: { error: 2, warning: 0, notice: 0, dismissed: 0 },
    });
    expect((await wait()).error).toBeUndefined();
    expect((await wait({ input })).error?.message).toContain(
      'The review concludes failure: 2 errors, 0 warnings, 0 notices',
    );
  });

  it('outlasts a control plane that goes away', async () => {
    states = [
      runningTask(),
      () => {
        throw new Cut();
      },
      () => {
        throw new Refusal(503, 'The database is away');
      },
      succeeded(),
    ];

    const { output, log, error } = await wait();

    expect(error).toBeUndefined();
    expect(output.status).toBe('succeeded');
    expect(log.join('\n')).toContain('The database is away');
  });

  it('reads with the rights of whoever runs the template', async () => {
    states = [
      () => {
        throw new Refusal(404, 'There is no such task');
      },
    ];

    const { error } = await wait();

    expect(error?.message).toBe('There is no such task');
    expect(server.calls.map(call => call.authorization)).toEqual([asUser]);
  });

  it('goes on by itself when their token ends after they were seen to be allowed', async () => {
    states = [runningTask(), runningTask(), succeeded()];
    let seen = 0;
    authorize = authorization => {
      seen += 1;
      if (authorization === asUser && seen > 1) {
        throw new Refusal(401, 'The token has expired');
      }
    };

    const { output, error } = await wait();

    expect(error).toBeUndefined();
    expect(output.status).toBe('succeeded');
    expect(new Set(server.calls.slice(2).map(c => c.authorization))).toEqual(
      new Set([asPlugin]),
    );
  });

  it('goes on after a crash, with a token that has ended meanwhile', async () => {
    const checkpoints = new Map();
    const crash = new AbortController();
    states = [runningTask()];
    await wait({
      checkpoints,
      signal: crash.signal,
      onLog: () => crash.abort(),
    });

    states = [succeeded()];
    authorize = authorization => {
      if (authorization === asUser) {
        throw new Refusal(401, 'The token has expired');
      }
    };
    const resumed = await wait({ checkpoints });
    const fresh = await wait();

    expect(resumed.error).toBeUndefined();
    expect(resumed.output.status).toBe('succeeded');
    expect(fresh.error?.message).toBe('The token has expired');
  });

  it('waits no longer than it may', async () => {
    states = [
      task({ waiting: { reason: 'agents-busy', message: 'All busy' } }),
    ];

    const { error } = await wait({ input: { timeoutSeconds: 0.2 } });

    expect(error?.message).toBe(
      'The task has not ended in time. It is queued: All busy',
    );
  });

  it('stops when the run is cancelled, and says that the task goes on', async () => {
    const cancelled = new AbortController();
    states = [runningTask()];

    const { error } = await wait({
      signal: cancelled.signal,
      onLog: () => cancelled.abort(),
    });

    expect(error?.message).toContain('The task itself goes on');
    const calls = server.calls.length;
    await new Promise(resolve => setTimeout(resolve, 1000));
    expect(server.calls).toHaveLength(calls);
  });

  it('waits for nothing in a dry run', async () => {
    const { output } = await wait({ isDryRun: true });

    expect(server.calls).toEqual([]);
    expect(output.status).toBe('succeeded');
  });
});
