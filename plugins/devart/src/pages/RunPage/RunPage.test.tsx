import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Run } from '@devart/plugin-devart-common';
import { announceOwnChange } from '../../api';
import {
  anApproval,
  aRun,
  aRunStep,
  fakeDevartApi,
  refusal,
  renderPage,
  someone,
  uuid,
} from '../../__testUtils__';
import { RunPage } from './RunPage';

type Answers = Parameters<typeof fakeDevartApi>[0];

const AT = '2026-01-02T03:04:05.000Z';
const TRACE = '0123456789abcdef0123456789abcdef';

const BUILD = aRunStep({
  taskId: uuid(1),
  outputs: { image: 'shop:7' },
  costMicros: 1_250_000,
  startedAt: AT,
  finishedAt: '2026-01-02T03:06:05.000Z',
});
const ASK = aRunStep({
  id: uuid(601),
  step: 'ask',
  name: 'Ask somebody',
  type: 'approval',
  needs: ['build'],
  status: 'waiting',
  waiting: { reason: 'approval', message: 'Ada or Sam has to approve' },
  approvalId: uuid(700),
});
const RELEASE = aRunStep({
  id: uuid(602),
  step: 'release',
  name: 'Release it',
  needs: ['ask'],
  status: 'pending',
  sideEffect: 'external',
});

function portal(run: () => Run, more: Answers = {}) {
  return fakeDevartApi({
    portal: { me: () => someone('supervisor') },
    agents: {
      list: () => ({ items: [] }),
      getHalt: () => ({ halted: false }),
    },
    approvals: { list: () => ({ items: [anApproval()] }) },
    ...more,
    runs: { get: run, ...more.runs },
  });
}

function open(fake: ReturnType<typeof portal>, search = '') {
  renderPage(<RunPage />, {
    fake,
    at: `/devart/runs/${uuid(500)}${search}`,
    mountPath: '/devart/runs/:runId',
    config: {
      devart: {
        tracing: { urlTemplate: 'https://tempo.example.com/t/{traceId}' },
      },
    },
  });
}

const step = (name: string) => screen.findByRole('button', { name });

describe('the run page', () => {
  // The graph needs a browser; the list says the same.
  beforeEach(() => localStorage.setItem('devart.steps', 'list'));
  afterEach(() => localStorage.clear());

  it('says why the run waits and follows it as it goes on', async () => {
    const user = userEvent.setup();
    let run = aRun({
      waitingFor: 'An approval: Release the shop',
      traceparent: `00-${TRACE}-0123456789abcdef-01`,
      stepRuns: [BUILD, ASK, RELEASE],
      parentRunId: uuid(499),
    });
    const fake = portal(() => run);
    open(fake);

    const state = await screen.findByRole('status', {
      name: 'State of the run',
    });
    expect(state).toHaveTextContent('Waiting1 of 3 steps ended, 1 succeeded');
    expect(
      await screen.findByRole('link', { name: 'Decide: Release the shop' }),
    ).toHaveAttribute('href', `/devart/approvals/${uuid(700)}`);

    // What waits is what one wants to see first.
    const waiting = screen.getByRole('region', { name: 'Ask somebody' });
    expect(waiting).toHaveTextContent('Ada or Sam has to approve');
    const steps = screen.getByRole('list', { name: 'Steps' });
    expect(steps).toHaveTextContent(
      /Build it.*Succeeded.*2 min · cost 1\.25.*Ask somebody.*Waiting.*After Build it/,
    );

    await user.click(await step('Build it'));
    const build = screen.getByRole('region', { name: 'Build it' });
    expect(
      within(build).getByRole('link', { name: 'The task with its log' }),
    ).toHaveAttribute('href', `/devart/tasks/${uuid(1)}`);
    expect(
      within(build).getByRole('region', { name: 'Outputs of Build it' }),
    ).toHaveTextContent('shop:7');
    expect(screen.getByLabelText('Address')).toHaveTextContent('step=build');

    expect(
      screen.getByRole('link', { name: /^Open the trace/ }),
    ).toHaveAttribute('href', `https://tempo.example.com/t/${TRACE}`);
    expect(screen.getByRole('link', { name: 'another run' })).toHaveAttribute(
      'href',
      `/devart/runs/${uuid(499)}`,
    );

    run = aRun({
      status: 'succeeded',
      finishedAt: '2026-01-02T03:10:05.000Z',
      outputs: { address: 'https://shop.example.com' },
      stepRuns: [BUILD, ASK, RELEASE].map(each => ({
        ...each,
        status: 'succeeded' as const,
        waiting: undefined,
      })),
    });
    act(() => announceOwnChange());
    await waitFor(() =>
      expect(state).toHaveTextContent('Succeeded3 of 3 steps ended'),
    );
    expect(
      await screen.findByRole('region', { name: 'Outputs' }),
    ).toHaveTextContent('https://shop.example.com');
    // Who reads about a step goes on reading about it.
    expect(build).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Cancel' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );

    await user.click(screen.getByRole('button', { name: 'Timeline' }));
    const [bar] = within(
      await screen.findByRole('list', { name: 'Timeline' }),
    ).getAllByRole('button');
    expect(bar).toHaveTextContent(/^Build it, Succeeded, 2 min$/);
    expect(bar).toHaveAttribute('aria-pressed', 'true');
  });

  it('shows a matrix as one step that can be opened', async () => {
    const user = userEvent.setup();
    const fake = portal(() =>
      aRun({
        stepRuns: Array.from({ length: 60 }, (_, index) =>
          aRunStep({
            id: uuid(1000 + index),
            step: 'test',
            name: 'Test it',
            status: index === 58 ? 'failed' : 'succeeded',
            error: index === 58 ? 'Two tests failed' : undefined,
            matrix: { index, values: { shard: `s${index}` } },
          }),
        ),
      }),
    );
    open(fake);

    expect(
      await screen.findByRole('list', { name: 'Steps' }),
    ).toHaveTextContent('60 of 60, 1 failed');
    const table = () =>
      screen.getByRole<HTMLTableElement>('table', {
        name: 'Combinations of Test it',
      }).tBodies[0].rows.length;
    expect(table()).toBe(50);
    await user.click(screen.getByRole('button', { name: 'Show more' }));
    expect(table()).toBe(60);

    await user.click(screen.getByRole('button', { name: /^Status/ }));
    await user.click(await screen.findByRole('option', { name: 'Failed (1)' }));
    await user.click(await screen.findByRole('button', { name: /shard: s58/ }));
    const item = await screen.findByRole('region', {
      name: 'Test it, number 59',
    });
    expect(item).toHaveTextContent('Two tests failed');
    expect(screen.getByLabelText('Address')).toHaveTextContent('item=58');
    await user.click(within(item).getByRole('button', { name: 'All 60' }));
    expect(table()).toBe(50);
  });

  it('resumes only after what would happen again was seen and agreed to', async () => {
    const user = userEvent.setup();
    const failed = aRun({
      status: 'failed',
      error: 'Release it: the host did not answer',
      stepRuns: [
        BUILD,
        { ...RELEASE, needs: ['build'], status: 'failed', error: 'No answer' },
      ],
    });
    const resumed = aRun({ id: uuid(501), number: 8, resumedFrom: uuid(500) });
    const fake = portal(() => failed, {
      runs: {
        resumePreview: ({ from }) => ({
          from: from ?? 'release',
          version: '1.1.0',
          steps: [
            {
              step: 'build',
              name: 'Build it',
              action: from === 'build' ? 'repeat' : 'reuse',
              sideEffect: 'idempotent',
              expectedCostMicros: 1_250_000,
              expectedSeconds: 120,
            },
            {
              step: 'release',
              name: 'Release it',
              action: 'repeat',
              sideEffect: 'external',
              expectedSeconds: 5,
            },
          ],
          expectedCostMicros: from === 'build' ? 1_250_000 : 0,
          repeatsExternal: true,
        }),
        resume: () => resumed,
      },
    });
    open(fake);

    await user.click(await screen.findByRole('button', { name: 'Resume' }));
    const dialog = await screen.findByRole('dialog', {
      name: 'Resume Release with approval #7',
    });
    const preview = await within(dialog).findByRole('table', {
      name: 'What resuming would do',
    });
    expect(preview).toHaveTextContent('Build itTaken over');
    expect(preview).toHaveTextContent('Release itDone againExternal effect');

    await user.click(
      within(dialog).getByRole('button', { name: /^Begin with/ }),
    );
    await user.click(await screen.findByRole('option', { name: 'Build it' }));
    expect(
      await within(dialog).findByText(
        /2 steps done again.*Expected to cost €1\.25/,
      ),
    ).toBeInTheDocument();

    const submit = within(dialog).getByRole('button', { name: 'Resume' });
    await user.click(submit);
    expect(
      within(dialog).getByText(/would be done a second time/),
    ).toBeInTheDocument();
    expect(fake.inputsOf('runs.resume')).toEqual([]);
    await user.click(
      within(dialog).getByRole('checkbox', {
        name: 'Do again what reaches beyond the control plane',
      }),
    );
    await user.click(submit);
    await waitFor(() =>
      expect(screen.getByLabelText('Address')).toHaveTextContent(
        `/devart/runs/${uuid(501)}`,
      ),
    );
    expect(fake.inputsOf('runs.resume')).toEqual([
      {
        id: uuid(500),
        from: 'build',
        confirmExternal: true,
        idempotencyKey: expect.stringMatching(/^[0-9a-f]{32}-build$/),
      },
    ]);
  });

  it('cancels with a reason, and says what refuses it', async () => {
    const user = userEvent.setup();
    const fake = portal(() => aRun({ stepRuns: [ASK] }), {
      runs: {
        cancel: () => {
          throw refusal(409, 'The run has come to its end');
        },
      },
    });
    open(fake);
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByLabelText(/^Reason/), 'Wrong branch');
    await user.click(
      within(dialog).getByRole('button', { name: 'Cancel the run' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'The run has come to its end',
    );
    expect(fake.inputsOf('runs.cancel')).toEqual([
      { id: uuid(500), reason: 'Wrong branch' },
    ]);
  });
});
