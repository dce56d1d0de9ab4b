import type { Run } from '@devart/plugin-devart-common';
import { mockCredentials } from '@backstage/backend-test-utils';
import {
  ControlPlaneServer,
  Refusal,
} from '../__testUtils__/ControlPlaneServer';
import { run, RUN_ID, runStep } from '../__testUtils__/records';
import { runAction, servicesFor } from '../__testUtils__/runAction';
import { createWorkflowWaitAction } from './workflowWait';

const asUser = mockCredentials.service.header({
  onBehalfOf: mockCredentials.user(),
  targetPluginId: 'devart',
});

let server: ControlPlaneServer;
/** What `runs.get` answers, call by call; the last one stays. */
let states: Run[];
let authorize: (authorization: string | undefined) => void;

beforeEach(async () => {
  states = [];
  authorize = () => {};
  server = await ControlPlaneServer.start({
    'runs.get': (_input, { authorization }) => {
      authorize(authorization);
      return states.length > 1 ? states.shift()! : states[0];
    },
  });
});
afterEach(() => server.stop());

const wait = (
  options: Partial<Parameters<typeof runAction>[1]> & {
    input?: Record<string, string | number>;
  } = {},
) =>
  runAction(createWorkflowWaitAction(servicesFor(server.url)), {
    ...options,
    input: { runId: RUN_ID, ...options.input },
  });

const ended = (status: Run['status'], change: Partial<Run> = {}) =>
  run({ status, finishedAt: '2026-05-04T10:01:05.000Z', ...change });

describe('devart:workflow:wait', () => {
  it('says how the run goes, and hands on what came of it', async () => {
    states = [
      run({ stepRuns: [runStep()] }),
      run({ stepRuns: [runStep()] }),
      run({
        steps: { total: 2, succeeded: 1, failed: 0, open: 1 },
        waitingFor: 'a decision of supervisors',
      }),
      ended('succeeded', { outputs: { revision: 'abc' }, costMicros: 5 }),
    ];

    const { output, log, error } = await wait();

    expect(error).toBeUndefined();
    expect(log).toEqual([
      '0 of 2 steps have ended: Build it',
      '1 of 2 steps have ended (a decision of supervisors)',
      'It has ended: succeeded',
    ]);
    expect(output).toEqual({
      status: 'succeeded',
      outputs: { revision: 'abc' },
      costMicros: 5,
      summary: 'Run 7 of Build 1.2.0 ended as **succeeded** after 65 s',
      url: `http://portal.example/devart/runs/${RUN_ID}`,
    });
  });

  it.each([
    ['failed', 'unsuccessful', true],
    ['cancelled', 'unsuccessful', true],
    ['partial', 'unsuccessful', false],
    ['partial', 'partial', true],
    ['failed', 'never', false],
  ] as const)(
    'of a run that ends as %s, told to fail on %s, fails: %s',
    async (status, failOn, fails) => {
      states = [
        ended(status, {
          error: 'Step build failed',
          stepRuns: [runStep({ status: 'failed', error: 'no `make`' })],
        }),
      ];

      const { output, error } = await wait({ input: { failOn } });

      expect(error?.message).toBe(
        fails
          ? `The run ended as ${status}: Step build failed (http://portal.example/devart/runs/${RUN_ID})`
          : undefined,
      );
      expect(output.summary).toContain('- Build it failed: no \\`make\\`');
    },
  );

  it('goes on after a crash, with its own rights when those of the person have ended, until its time is over', async () => {
    const checkpoints = new Map();
    const cancelled = new AbortController();
    states = [run()];
    const died = await wait({
      checkpoints,
      signal: cancelled.signal,
      onLog: () => cancelled.abort(),
    });
    expect(died.error?.message).toContain('itself goes on');

    authorize = authorization => {
      if (authorization === asUser) {
        throw new Refusal(401, 'The token has ended');
      }
    };
    states = [ended('succeeded')];
    const resumed = await wait({ checkpoints });
    expect(resumed.output.status).toBe('succeeded');

    // The time that passed before the crash counts.
    checkpoints.set(`waiting-since.${RUN_ID}`, Date.now() - 3_600_000);
    states = [run()];
    const late = await wait({ checkpoints, input: { timeoutSeconds: 3000 } });
    expect(late.error?.message).toBe(
      'The run has not ended in time. 0 of 2 steps have ended',
    );
  });

  it('waits for nothing in a dry run', async () => {
    const { output } = await wait({ isDryRun: true });

    expect(server.calls).toEqual([]);
    expect(output.status).toBe('succeeded');
  });
});
