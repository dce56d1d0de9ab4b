import type {
  CostFlag,
  PerformanceFigures,
  Role,
} from '@devart/plugin-devart-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  fakeDevartApi,
  refusal,
  renderPage,
  someone,
  uuid,
} from '../../__testUtils__';
import { AnalyticsPage } from './AnalyticsPage';

const MONEY = { currency: 'EUR', timeZone: 'Europe/Berlin' };
const PERIOD = {
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-31T00:00:00.000Z',
};

function figures(of: Partial<PerformanceFigures> = {}): PerformanceFigures {
  return {
    created: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    rejected: 0,
    attempts: 0,
    retries: 0,
    costMicros: 0,
    ...of,
  };
}

function aFlag(of: Partial<CostFlag> = {}): CostFlag {
  return {
    taskId: uuid(1),
    title: 'Tidy the shop',
    type: 'tidy',
    costMicros: 9_000_000,
    medianMicros: 1_000_000,
    thresholdMicros: 3_000_000,
    score: 4.2,
    samples: 40,
    flaggedAt: PERIOD.from,
    status: 'open',
    ...of,
  };
}

function portal(role: Role = 'supervisor') {
  let flag = aFlag();
  let stddev = 2;
  return fakeDevartApi({
    portal: { me: () => someone(role) },
    agents: { list: () => ({ items: [] }) },
    analytics: {
      performance: () => ({
        ...MONEY,
        period: PERIOD,
        current: figures({ succeeded: 3, failed: 1, completionRate: 0.75 }),
        previous: { ...figures(), period: PERIOD },
        days: [{ day: PERIOD.from, succeeded: 3, failed: 1, costMicros: 0 }],
        types: [],
        agents: [],
      }),
      flags: () => ({ ...MONEY, open: 1, items: [flag] }),
      reviewFlag: ({ status, comment }) => {
        flag = aFlag({ status, comment });
        return flag;
      },
      settings: () => ({ outlierDetectionStddev: stddev }),
      updateSettings: ({ outlierDetectionStddev }) => {
        if (outlierDetectionStddev === 9) {
          throw refusal(400, 'Invalid input', [
            { field: 'outlierDetectionStddev', problem: 'must be less' },
          ]);
        }
        stddev = outlierDetectionStddev;
        return { outlierDetectionStddev, updatedBy: 'user:default/sam' };
      },
      taskCosts: () => ({
        ...MONEY,
        period: PERIOD,
        asOf: PERIOD.to,
        total: { tasks: 0, costMicros: 0 },
        items: [],
      }),
      calibration: () => ({
        currency: 'EUR',
        period: PERIOD,
        samples: 120,
        costRatio: 1.1,
        levels: [
          { level: 0.5, observed: 0.45, low: 0.4, high: 0.55 },
          { level: 0.8, observed: 0.82, low: 0.75, high: 0.88 },
        ],
        buckets: [],
      }),
      estimate: () => ({
        currency: 'EUR',
        estimate: {
          expectedMicros: 1_500_000,
          medianMicros: 1_000_000,
          intervals: [
            { level: 0.8, lowMicros: 500_000, highMicros: 4_000_000 },
          ],
          group: 'type',
          samples: 40,
          method: 'log-normal',
        },
        advice: {
          model: 'small',
          expectedMicros: 500_000,
          saving: 0.6,
          successRate: 0.9,
          samples: 30,
          comparedWith: {
            model: 'large',
            expectedMicros: 1_500_000,
            successRate: 0.92,
            samples: 40,
          },
        },
      }),
      serviceUsage: () => ({
        ...MONEY,
        period: PERIOD,
        buckets: [PERIOD.from],
        total: {
          costMicros: 0,
          calls: 0,
          inputTokens: 0,
          outputTokens: 0,
          delegatedTo: 0,
          suspenseMicros: 0,
          points: [{ costMicros: 0, calls: 0 }],
        },
        groups: [],
      }),
    },
  });
}

describe('the analytics page', () => {
  it('shows how tasks did, and how true estimates were, in words too', async () => {
    renderPage(<AnalyticsPage />, { fake: portal() });
    const how = await screen.findByRole('region', { name: 'How tasks did' });
    expect(how).toHaveTextContent('Succeeded of those that ended75 %');
    expect(
      await screen.findByRole('img', {
        name: /of 120 tasks: 50 % expected, 45 % seen; 80 % expected, 82 % seen/,
      }),
    ).toBeInTheDocument();
  });

  it('lets people review costly tasks', async () => {
    const user = userEvent.setup();
    const fake = portal();
    renderPage(<AnalyticsPage />, { fake });
    const table = await screen.findByRole('table', { name: 'Costly tasks' });
    expect(within(table).getByText('To look at')).toBeInTheDocument();
    await user.click(
      within(table).getByRole('button', { name: /^Review the cost/ }),
    );
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByLabelText(/^Comment/), 'A big shop');
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('A big shop')).toBeInTheDocument();
    expect(fake.inputsOf('analytics.reviewFlag')).toEqual([
      { taskId: uuid(1), status: 'justified', comment: 'A big shop' },
    ]);
  });

  it('says from when on a task is costly, and lets those who may change it', async () => {
    const user = userEvent.setup();
    const fake = portal();
    renderPage(<AnalyticsPage />, { fake });
    const costly = await screen.findByRole('region', { name: 'Costly tasks' });
    expect(
      await within(costly).findByText(/more than 2 standard deviations/),
    ).toBeInTheDocument();
    const open = within(costly).getByRole('button', {
      name: 'Change from when on a task is costly',
    });
    await waitFor(() => expect(open).not.toHaveAttribute('aria-disabled'));
    await user.click(open);
    const dialog = await screen.findByRole('dialog');
    const field = within(dialog).getByRole('textbox', {
      name: /Standard deviations/,
    });
    const save = within(dialog).getByRole('button', { name: 'Save' });
    for (const [typed, problem] of [
      ['11', 'Must be a number from 0.5 to 10.'],
      ['many', 'Must be a number from 0.5 to 10.'],
      ['9', 'Must be less.'],
    ]) {
      await user.clear(field);
      await user.type(field, typed);
      await user.click(save);
      await waitFor(() => expect(field).toHaveAccessibleDescription(problem));
    }
    await user.clear(field);
    await user.type(field, '3.5');
    await user.click(save);
    expect(
      await within(costly).findByText(/more than 3\.5 standard deviations/),
    ).toBeInTheDocument();
    expect(fake.inputsOf('analytics.updateSettings')).toEqual([
      { outlierDetectionStddev: 9 },
      { outlierDetectionStddev: 3.5 },
    ]);
  });

  it('tells viewers from when on a task is costly, and why they cannot change it', async () => {
    const user = userEvent.setup();
    renderPage(<AnalyticsPage />, { fake: portal('viewer') });
    await screen.findByText(/more than 2 standard deviations/);
    const change = screen.getByRole('button', { name: /from when on a task/ });
    await waitFor(() =>
      expect(change).toHaveAttribute('title', expect.stringMatching(/viewer/)),
    );
    await user.click(change);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('estimates what a task will cost, and names a cheaper model', async () => {
    const user = userEvent.setup();
    const fake = portal();
    renderPage(<AnalyticsPage />, { fake });
    await user.type(await screen.findByLabelText('Type of the task'), 'tidy');
    const panel = screen.getByRole('region', {
      name: 'What will a task cost?',
    });
    await waitFor(() => expect(panel).toHaveTextContent('Expected: €1.50'));
    expect(panel).toHaveTextContent('small does such tasks for 60 % less');
  });

  it('has services on a tab of their own', async () => {
    const user = userEvent.setup();
    renderPage(<AnalyticsPage />, { fake: portal() });
    await user.click(await screen.findByRole('tab', { name: 'Services' }));
    expect(
      await screen.findByText('No service was used in the last 30 days'),
    ).toBeInTheDocument();
    expect(screen.getByLabelText('Address')).toHaveTextContent('view=services');
  });
});
