import { createMockDirectory } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { eventually } from './__testUtils__/eventually';
import { TestPortal } from './__testUtils__/TestPortal';

jest.setTimeout(60_000);

const directory = createMockDirectory();

function authored(change: {
  name: string;
  capabilities?: string;
  description?: string;
}): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'AiResource',
    metadata: {
      name: change.name,
      description: change.description ?? 'Reads changes',
      annotations:
        change.capabilities === undefined
          ? {}
          : { 'devart.ai/capabilities': change.capabilities },
    },
    spec: { type: 'agent', lifecycle: 'experimental', owner: 'developers' },
  };
}

describe('agents in the catalog', () => {
  let portal: TestPortal;

  beforeAll(async () => {
    portal = await TestPortal.start(directory.resolve('agents.yaml'), {
      providers: { devart: { defaultOwner: 'group:default/platform-admins' } },
    });
  });

  afterEach(() => {
    portal.write();
  });

  afterAll(async () => {
    await portal.stop();
  });

  it('appear, change and disappear with the agents of the control plane', async () => {
    const { agent } = await portal.devart.agents.register({
      name: 'Builder-1',
      description: 'Builds',
      capabilities: ['docker', 'build'],
      owner: 'group:default/developers',
    });

    // By the event alone: nothing that is scheduled has run.
    const entity = await eventually(async () => {
      const found = await portal.entity('airesource:default/builder-1');
      expect(found?.relations).toHaveLength(1);
      return found;
    });
    expect(entity).toMatchObject({
      kind: 'AiResource',
      metadata: {
        name: 'Builder-1',
        description: 'Builds',
        annotations: {
          'devart.ai/agent-id': agent.id,
          'devart.ai/capabilities': 'build,docker',
        },
      },
      spec: {
        type: 'agent',
        lifecycle: 'production',
        owner: 'group:default/developers',
      },
      relations: [{ type: 'ownedBy', targetRef: 'group:default/developers' }],
    });

    await portal.devart.agents.update({ id: agent.id, description: 'Tests' });
    await eventually(async () => {
      const changed = await portal.entity('airesource:default/builder-1');
      expect(changed?.metadata.description).toBe('Tests');
    });

    await portal.devart.agents.delete({ id: agent.id });
    await eventually(async () => {
      expect(
        await portal.entity('airesource:default/builder-1'),
      ).toBeUndefined();
    });
  });

  it('belong to a default owner when nobody is named', async () => {
    await portal.devart.agents.register({
      name: 'builder-2',
      capabilities: [],
    });

    await eventually(async () => {
      const entity = await portal.entity('airesource:default/builder-2');
      expect(entity?.spec?.owner).toBe('group:default/platform-admins');
    });
  });

  it('are records of the control plane when a file describes them', async () => {
    portal.write(
      authored({ name: 'reviewer-4', capabilities: 'Review, python' }),
    );

    await portal.inTime(async () => {
      expect(await portal.agent('reviewer-4')).toMatchObject({
        managedBy: 'catalog',
        activation: 'pending',
        entityRef: 'airesource:default/reviewer-4',
        description: 'Reads changes',
        owner: 'group:default/developers',
        capabilities: ['python', 'review'],
      });
    });

    portal.write(
      authored({
        name: 'reviewer-4',
        capabilities: 'review',
        description: 'Reads',
      }),
    );
    await portal.inTime(async () => {
      expect(await portal.agent('reviewer-4')).toMatchObject({
        description: 'Reads',
        capabilities: ['review'],
      });
    });

    portal.write();
    await portal.inTime(async () => {
      // It never had a key: nothing is left of it.
      expect(await portal.agent('reviewer-4')).toBeUndefined();
    });
  });

  it('pass to a file that comes to describe them, and back', async () => {
    const { agent } = await portal.devart.agents.register({
      name: 'reviewer-5',
      description: 'Registered',
      capabilities: ['work'],
    });
    await eventually(async () => {
      const entity = await portal.entity('airesource:default/reviewer-5');
      expect(entity?.metadata.description).toBe('Registered');
    });

    portal.write(authored({ name: 'reviewer-5', description: 'Authored' }));
    await portal.inTime(async () => {
      const entity = await portal.entity('airesource:default/reviewer-5');
      expect(entity?.metadata.description).toBe('Authored');
      expect(entity?.spec?.lifecycle).toBe('experimental');
      expect(await portal.devart.agents.get({ id: agent.id })).toMatchObject({
        managedBy: 'catalog',
        description: 'Authored',
        capabilities: ['work'],
        activation: 'active',
      });
    });

    // It stays so.
    for (let times = 0; times < 3; times++) {
      await portal.round();
    }
    const stayed = await portal.entity('airesource:default/reviewer-5');
    expect(stayed?.metadata.description).toBe('Authored');

    portal.write();
    await portal.inTime(async () => {
      const entity = await portal.entity('airesource:default/reviewer-5');
      expect(entity?.metadata.annotations).toMatchObject({
        'devart.ai/agent-id': agent.id,
        'backstage.io/managed-by-origin-location': 'devart:agents',
      });
      expect(await portal.devart.agents.get({ id: agent.id })).toMatchObject({
        managedBy: 'api',
        activation: 'active',
      });
    });
  });

  it('are read in their older form', async () => {
    portal.write({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name: 'old-hand',
        annotations: { 'ai-agent.io/capabilities': 'review' },
      },
      spec: {
        type: 'ai-agent',
        lifecycle: 'production',
        owner: 'user:default/ada',
      },
    });

    await portal.inTime(async () => {
      expect(await portal.agent('old-hand')).toMatchObject({
        managedBy: 'catalog',
        entityRef: 'component:default/old-hand',
        owner: 'user:default/ada',
        capabilities: ['review'],
      });
    });
    expect(await portal.entity('airesource:default/old-hand')).toBeUndefined();
  });

  it('are kept as they were while their file cannot be understood', async () => {
    portal.write(authored({ name: 'reviewer-7', capabilities: 'review' }));
    const before = await portal.inTime(async () => {
      const agent = await portal.agent('reviewer-7');
      expect(agent).toBeTruthy();
      return agent;
    });

    portal.write(
      authored({ name: 'reviewer-7', capabilities: 'not a capability' }),
      authored({ name: 'builder-7', capabilities: 'build' }),
    );

    await portal.inTime(async () => {
      expect(await portal.agent('builder-7')).toMatchObject({
        managedBy: 'catalog',
      });
    });
    expect(await portal.agent('reviewer-7')).toEqual(before);
  });

  it('are all there after a round, with more of them than a page holds', async () => {
    for (let index = 0; index < 203; index++) {
      await portal.devart.agents.register({
        name: `agent-${String(index).padStart(3, '0')}`,
        capabilities: [],
      });
    }

    await portal.inTime(async () => {
      expect(await portal.entity('airesource:default/agent-000')).toBeTruthy();
      expect(await portal.entity('airesource:default/agent-202')).toBeTruthy();
    });
  });
});
