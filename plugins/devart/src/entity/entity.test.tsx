import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen } from '@testing-library/react';
import {
  anAgent,
  aTask,
  fakeDevartApi,
  renderPage,
  someone,
  uuid,
} from '../__testUtils__';
import { isDevartAgent } from './conditions';
import { EntityAgentContent } from './EntityAgentContent';
import { EntityTasksContent } from './EntityTasksContent';

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
    expect(fake.inputsOf('tasks.list')).toEqual([
      { entityRef: 'component:default/shop', limit: 10 },
    ]);
    expect(
      await screen.findByText('No change of this has been reviewed yet'),
    ).toBeInTheDocument();
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
