import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  anAgent,
  anEntry,
  aRun,
  aTask,
  aVersion,
  aWorkflow,
  fakeDevartApi,
  renderPage,
  someone,
  uuid,
} from '../__testUtils__';
import { isDevartAgent, isDevartWorkflow } from './conditions';
import { EntityAgentContent } from './EntityAgentContent';
import { EntityCostContent } from './EntityCostContent';
import { EntityRunsContent } from './EntityRunsContent';
import { EntityTasksContent } from './EntityTasksContent';
import { EntityWorkflowContent } from './EntityWorkflowContent';

function entity(of: {
  kind: string;
  type: string;
  annotations?: Record<string, string>;
}): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: of.kind,
    metadata: { name: 'Shop', annotations: of.annotations },
    spec: { type: of.type },
  };
}

const QUIET = {
  activity: { list: () => ({ items: [] }) },
  gateway: { status: () => ({ upstreams: [], isRecording: false }) },
  portal: { me: () => someone('supervisor') },
  reviews: { list: () => ({ items: [] }) },
};

describe('the tab Tasks', () => {
  it('shows what is about the entity', async () => {
    const fake = fakeDevartApi({
      ...QUIET,
      agents: { list: () => ({ items: [] }) },
      tasks: { list: () => ({ items: [aTask()] }) },
    });
    renderPage(
      <EntityProvider entity={entity({ kind: 'Component', type: 'website' })}>
        <EntityTasksContent />
      </EntityProvider>,
      { fake },
    );
    expect(
      await screen.findByRole('link', { name: 'Tidy the shop' }),
    ).toHaveAttribute('href', `/devart/tasks/${uuid(1)}`);
    expect(fake.inputsOf('tasks.list')[0]).toEqual({
      entityRef: 'component:default/shop',
      limit: 10,
    });
    expect(
      await screen.findByText('No change of this has been reviewed yet'),
    ).toBeInTheDocument();
  });
});

describe('the tab Cost', () => {
  const money = {
    budgets: { list: () => ({ items: [] }) },
    ledger: {
      list: () => ({ items: [anEntry()] }),
      spend: () => ({
        currency: 'EUR',
        timeZone: 'Europe/Berlin',
        buckets: ['2026-01-01T23:00:00.000Z'],
        totalMicros: 12_345,
        groups: [
          {
            key: uuid(100),
            name: 'reviewer',
            totalMicros: 12_345,
            micros: [12_345],
          },
        ],
      }),
    },
    analytics: {
      taskCosts: () => ({
        currency: 'EUR',
        timeZone: 'Europe/Berlin',
        period: {
          from: '2026-01-01T00:00:00.000Z',
          to: '2026-01-31T00:00:00.000Z',
        },
        asOf: '2026-01-31T00:00:00.000Z',
        total: { tasks: 0, costMicros: 0 },
        items: [],
      }),
    },
  };

  it('shows what was spent about a component', async () => {
    const fake = fakeDevartApi({
      ...QUIET,
      ...money,
      agents: { list: () => ({ items: [] }) },
    });
    renderPage(
      <EntityProvider entity={entity({ kind: 'Component', type: 'website' })}>
        <EntityCostContent />
      </EntityProvider>,
      { fake },
    );
    const spenders = await screen.findByRole('table', { name: 'Who spent it' });
    expect(
      within(spenders).getByRole('link', { name: 'reviewer' }),
    ).toHaveAttribute('href', `/devart/agents/${uuid(100)}`);
    const ledger = await screen.findByRole('table', { name: 'Ledger' });
    expect(
      within(ledger).getByRole('link', { name: 'Tidy the shop' }),
    ).toBeInTheDocument();
    expect(screen.queryByText('Budgets of this agent')).toBeNull();
    expect(fake.inputsOf('ledger.spend').at(-1)).toMatchObject({
      entityRef: 'component:default/shop',
      groupBy: 'agent',
    });
  });

  it('shows what an agent spent, and its budgets', async () => {
    const fake = fakeDevartApi({
      ...QUIET,
      ...money,
      agents: { list: () => ({ items: [] }), get: () => anAgent() },
    });
    renderPage(
      <EntityProvider
        entity={entity({
          kind: 'AiResource',
          type: 'agent',
          annotations: { 'devart.ai/agent-id': uuid(100) },
        })}
      >
        <EntityCostContent />
      </EntityProvider>,
      { fake },
    );
    expect(
      await screen.findByRole('region', { name: 'Budgets of this agent' }),
    ).toBeInTheDocument();
    expect(fake.inputsOf('ledger.list').at(-1)).toMatchObject({
      agentId: uuid(100),
    });
    expect(fake.inputsOf('budgets.list').at(-1)).toMatchObject({
      scopeKind: ['agent'],
      scopeRef: uuid(100),
    });
  });
});

describe('the tab Agent', () => {
  const quietAgent = {
    performance: () => ({
      days: 7,
      succeeded: 0,
      failed: 0,
      lost: 0,
      daily: [],
    }),
  };

  it('finds the agent by its annotation', async () => {
    const fake = fakeDevartApi({
      ...QUIET,
      agents: {
        list: () => ({ items: [] }),
        get: () => anAgent(),
        ...quietAgent,
      },
      tasks: { list: () => ({ items: [] }) },
    });
    renderPage(
      <EntityProvider
        entity={entity({
          kind: 'AiResource',
          type: 'agent',
          annotations: { 'devart.ai/agent-id': uuid(100) },
        })}
      >
        <EntityAgentContent />
      </EntityProvider>,
      { fake },
    );
    expect(
      await screen.findByRole('checkbox', { name: 'reviewer may work' }),
    ).toBeChecked();
    expect(
      await screen.findByText('This portal has no models'),
    ).toBeInTheDocument();
    expect(fake.inputsOf('agents.get')).toEqual([{ id: uuid(100) }]);
  });

  it('finds the agent by its reference, and says what to do when there is none', async () => {
    const fake = fakeDevartApi({
      ...QUIET,
      agents: { list: () => ({ items: [] }) },
    });
    renderPage(
      <EntityProvider entity={entity({ kind: 'AiResource', type: 'agent' })}>
        <EntityAgentContent />
      </EntityProvider>,
      { fake },
    );
    expect(
      await screen.findByText('The control plane does not know this agent yet'),
    ).toBeInTheDocument();
    expect(fake.inputsOf('agents.list')).toContainEqual({
      entityRef: 'airesource:default/shop',
      limit: 1,
    });
  });

  it('is for agents, whichever way they are described', () => {
    expect(isDevartAgent(entity({ kind: 'AiResource', type: 'agent' }))).toBe(
      true,
    );
    expect(isDevartAgent(entity({ kind: 'Component', type: 'ai-agent' }))).toBe(
      true,
    );
    expect(isDevartAgent(entity({ kind: 'AiResource', type: 'skill' }))).toBe(
      false,
    );
    expect(isDevartAgent(entity({ kind: 'Component', type: 'website' }))).toBe(
      false,
    );
  });
});

describe('the tab Runs', () => {
  it('runs a workflow about the entity', async () => {
    const user = userEvent.setup();
    const run = aRun();
    const { version, publishedAt, publishedBy } = aVersion();
    const fake = fakeDevartApi({
      ...QUIET,
      agents: { list: () => ({ items: [] }) },
      runs: { list: () => ({ items: [] }) },
      workflows: {
        list: () => ({ items: [aWorkflow()] }),
        versions: () => ({
          items: [{ version, publishedAt, publishedBy, runs: 0 }],
        }),
        version: () => aVersion({ parameters: { type: 'object' } }),
        trigger: () => run,
      },
    });
    renderPage(
      <EntityProvider entity={entity({ kind: 'Component', type: 'website' })}>
        <EntityRunsContent />
      </EntityProvider>,
      { fake },
    );
    await screen.findByText('No workflow has run about this yet');
    await user.click(screen.getByRole('button', { name: 'Run workflow' }));
    const dialog = await screen.findByRole('dialog');
    const submit = within(dialog).getByRole('button', {
      name: 'Start the run',
    });
    await user.click(submit);
    await within(dialog).findByText('Choose a workflow first.');
    await user.click(within(dialog).getByRole('button', { name: /^Workflow/ }));
    await user.click(
      await screen.findByRole('option', { name: 'Release with approval' }),
    );
    await within(dialog).findByText('It takes no parameters.');
    await user.click(submit);
    await waitFor(() =>
      expect(screen.getByLabelText('Address')).toHaveTextContent(
        `/devart/runs/${run.id}`,
      ),
    );
    expect(fake.inputsOf('workflows.trigger')).toEqual([
      expect.objectContaining({
        id: uuid(400),
        parameters: {},
        entityRef: 'component:default/shop',
      }),
    ]);
    expect(fake.inputsOf('runs.list')[0]).toMatchObject({
      entityRef: 'component:default/shop',
    });
  });
});

describe('the tab Workflow', () => {
  beforeEach(() => localStorage.setItem('devart.steps', 'list'));
  afterEach(() => localStorage.clear());

  it('finds the workflow by its reference', async () => {
    const { version, publishedAt, publishedBy } = aVersion();
    const fake = fakeDevartApi({
      ...QUIET,
      agents: { list: () => ({ items: [] }) },
      runs: { list: () => ({ items: [] }) },
      workflows: {
        list: () => ({ items: [aWorkflow()] }),
        get: () => aWorkflow({ managedBy: 'catalog' }),
        webhooks: () => ({ items: [] }),
        versions: () => ({
          items: [{ version, publishedAt, publishedBy, runs: 0 }],
        }),
      },
    });
    const described = entity({ kind: 'Workflow', type: 'workflow' });
    renderPage(
      <EntityProvider entity={described}>
        <EntityWorkflowContent />
      </EntityProvider>,
      { fake },
    );
    expect(
      await screen.findByRole('list', { name: 'Steps' }),
    ).toHaveTextContent(/Build it.*Ask somebody.*Release it/);
    expect(fake.inputsOf('workflows.list')).toContainEqual({
      entityRef: 'workflow:default/shop',
      limit: 1,
    });
    // Whatever is written in the catalog is changed there.
    expect(
      screen.getByRole('button', { name: 'Publish new version' }),
    ).toHaveAttribute('aria-disabled', 'true');
    expect(isDevartWorkflow(described)).toBe(true);
    expect(isDevartWorkflow(entity({ kind: 'API', type: 'openapi' }))).toBe(
      false,
    );
  });
});
