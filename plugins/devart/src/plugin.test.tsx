import { renderTestApp } from '@backstage/frontend-test-utils';
import { renderInTestApp, TestApiProvider } from '@backstage/test-utils';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { FlatRoutes } from '@backstage/core-app-api';
import { screen, within } from '@testing-library/react';
import { Route } from 'react-router-dom';
import devart from './alpha';
import { devartApiRef } from './api';
import { DevartPage } from './plugin';
import {
  aBoard,
  aBudget,
  anApproval,
  aServiceState,
  aTask,
  fakeDevartApi,
  someone,
  someServices,
  uuid,
} from './__testUtils__';

const NOTHING = { queued: 0, running: 0, waiting: 0, scheduled: 0 };

function portal() {
  return fakeDevartApi({
    portal: {
      me: () => someone('supervisor'),
      overview: () => ({
        queue: {
          ...NOTHING,
          queued: 7,
          byPriority: { critical: 0, high: 0, medium: 7, low: 0 },
          unserved: [{ capabilities: ['cobol'], queued: 2 }],
          alerts: [
            {
              capabilities: ['gpu'],
              queued: 1200,
              since: new Date().toISOString(),
              reason: '1200 tasks wait; 1000 or more are too many',
            },
          ],
          oldestTransactionSeconds: 200,
          transports: [
            { id: 'rabbitmq', state: 'connected' },
            { id: 'pigeons', state: 'away', detail: 'it rains' },
          ],
        },
        agents: {
          idle: 0,
          busy: 0,
          offline: 0,
          pending: 1,
          inactive: 0,
          stopped: 4,
          halted: true,
        },
        throughput: [],
        needsAttention: {
          approvals: 0,
          deadLetters: 3,
          waitingForPeople: 0,
          pendingAgents: 1,
          failedPublishing: 0,
        },
      }),
    },
    activity: {
      list: () => ({
        items: [
          {
            id: uuid(1),
            at: '2026-01-02T03:04:05.000Z',
            topic: 'task.cancelled',
            actor: 'system:leases',
            subject: { kind: 'task', id: uuid(2), name: 'Sweep' },
            detail: 'It took too long',
          },
        ],
      }),
    },
    agents: {
      list: () => ({ items: [] }),
      getHalt: () => ({
        halted: true,
        by: 'user:default/sam',
        at: '2026-01-02T03:04:05.000Z',
        reason: 'Fire drill',
      }),
    },
    approvals: { list: () => ({ items: [anApproval()] }) },
    services: {
      status: () =>
        someServices(
          aServiceState({
            budgets: [
              aBudget({ spentMicros: 4_500_000 }),
              aBudget({ id: uuid(801), period: 'day' }),
            ],
          }),
          aServiceState({ id: uuid(811), title: 'Maps' }),
        ),
    },
    budgets: { list: () => ({ items: [aBudget({ id: uuid(802) })] }) },
    tasks: { board: () => aBoard({ queued: [aTask()] }) },
  }).api;
}

async function expectCommandCentre() {
  expect(
    // The page is loaded on demand.
    await screen.findByRole(
      'heading',
      { name: 'Command centre' },
      { timeout: 60_000 },
    ),
  ).toBeInTheDocument();
  const needsYou = await screen.findByRole('region', { name: 'Needs you' });
  expect(
    await within(needsYou).findByRole('link', { name: '3 Dead letters' }),
  ).toHaveAttribute('href', '/devart/tasks?view=list&status=dead_letter');
  expect(
    within(needsYou).getByRole('link', { name: '1 Agents to activate' }),
  ).toHaveAttribute('href', '/devart/agents?status=pending');
  expect(within(needsYou).queryByText(/not published/)).toBeNull();
  expect(
    await within(needsYou).findByRole('link', {
      name: '1 Approvals waiting for you',
    }),
  ).toHaveAttribute('href', '/devart/approvals');
  const inbox = screen.getByRole('table', { name: 'Waiting for you' });
  expect(
    within(inbox).getByRole('link', { name: 'Release the shop' }),
  ).toHaveAttribute('href', `/devart/approvals/${uuid(700)}`);
  expect(
    await screen.findByText(/2 queued tasks that no active agent can do/),
  ).toBeInTheDocument();
  expect(await screen.findByText(/“Fire drill”/)).toBeInTheDocument();
  expect(
    await screen.findByRole('button', { name: 'Let agents go on' }),
  ).toBeInTheDocument();
  const budgets = screen.getByRole('region', {
    name: 'Budgets that need attention',
  });
  expect(
    await within(budgets).findByRole('link', { name: 'Translation' }),
  ).toHaveAttribute('href', '/devart/budgets');
  expect(
    within(budgets).getByRole('meter', { name: 'Each month, Translation' }),
  ).toHaveAttribute('aria-valuenow', '90');
  expect(within(budgets).getAllByRole('meter')).toHaveLength(1);
  expect(await screen.findByText('It took too long')).toBeInTheDocument();
  const brokers = await screen.findByRole('list', { name: 'Brokers' });
  expect(
    within(brokers).getByText('RabbitMQ tells agents of their tasks.'),
  ).toBeInTheDocument();
  expect(within(brokers).getByRole('status')).toHaveTextContent(
    'pigeons cannot be reached: it rains. Agents have their tasks from the control plane directly.',
  );
  expect(screen.getByRole('status', { name: 'Updates' })).toHaveTextContent(
    'Polling',
  );
}

describe('the plugin of the new frontend system', () => {
  it('opens with the command centre, and has a tab for every page', async () => {
    renderTestApp({
      features: [devart],
      apis: [[devartApiRef, portal()]],
      mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
      initialRouteEntries: ['/devart'],
    });
    await expectCommandCentre();
    const tabs = screen.getAllByRole('tab').map(tab => tab.textContent);
    expect(tabs).toEqual([
      'Command centre',
      'Tasks',
      'Workflows',
      'Runs',
      'Approvals',
      'Reviews',
      'Agents',
      'Budgets',
      'Analytics',
      'Audit trail',
    ]);
    // The tab and what it opens belong together for those who cannot see it.
    const panel = screen
      .getByRole('tab', { selected: true })
      .getAttribute('aria-controls');
    expect(screen.getByRole('main')).toHaveAttribute('id', panel);
  });
});

describe('the plugin of the old frontend system', () => {
  async function open(at: string) {
    await renderInTestApp(
      <TestApiProvider
        apis={[
          [devartApiRef, portal()],
          [toastApiRef, { post: () => ({ close: () => {} }) }],
        ]}
      >
        <FlatRoutes>
          <Route path="/devart" element={<DevartPage />} />
        </FlatRoutes>
      </TestApiProvider>,
      {
        routeEntries: [at],
        mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
      },
    );
  }

  it('has the same pages under a header of its own', async () => {
    await open('/devart');
    await expectCommandCentre();
    expect(screen.getByRole('heading', { name: 'devart' })).toBeInTheDocument();
  });
});
