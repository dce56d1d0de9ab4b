import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createMockDirectory } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { parse } from 'yaml';
import { TestPortal } from './__testUtils__/TestPortal';

jest.setTimeout(120_000);

const EXAMPLES = resolve(__dirname, '../../../examples/workflows');
const directory = createMockDirectory();

function workflow(change: {
  name: string;
  version?: string;
  title?: string;
  steps?: object[];
}): Entity {
  return {
    apiVersion: 'devart.ai/v1alpha1',
    kind: 'Workflow',
    metadata: { name: change.name, description: 'Waits' },
    spec: {
      version: change.version ?? '1.0.0',
      owner: 'group:default/developers',
      steps: change.steps ?? [
        { id: 'pause', name: change.title ?? 'Pause', wait: { for: '0s' } },
      ],
    } as Entity['spec'],
  };
}

describe('workflows in the catalog', () => {
  let portal: TestPortal;

  beforeAll(async () => {
    portal = await TestPortal.start(directory.resolve('workflows.yaml'), {
      providers: { devart: { defaultOwner: 'group:default/platform-admins' } },
    });
  });

  afterEach(() => {
    portal.write();
  });

  afterAll(async () => {
    await portal.stop();
  });

  it('are published as files say, version by version, and let go with their file', async () => {
    portal.write(workflow({ name: 'authored' }));
    const first = await portal.inTime(async () => {
      const found = await portal.workflow('authored');
      expect(found).toMatchObject({
        managedBy: 'catalog',
        entityRef: 'workflow:default/authored',
        owner: 'group:default/developers',
        version: '1.0.0',
      });
      return found!;
    });
    expect(first.latest.source).not.toContain('managed-by');
    const entity = await portal.entity('workflow:default/authored');
    expect(entity?.relations).toEqual([
      expect.objectContaining({
        type: 'ownedBy',
        targetRef: 'group:default/developers',
      }),
    ]);

    portal.write(workflow({ name: 'authored', version: '1.1.0' }));
    await portal.inTime(async () => {
      expect(await portal.workflow('authored')).toMatchObject({
        id: first.id,
        version: '1.1.0',
      });
    });
    // Going back is how it is rolled back; nothing is published twice.
    portal.write(workflow({ name: 'authored' }));
    await portal.inTime(async () => {
      expect((await portal.workflow('authored'))?.version).toBe('1.0.0');
    });
    const { items } = await portal.devart.workflows.versions({ id: first.id });
    expect(items.map(({ version }) => version)).toEqual(['1.1.0', '1.0.0']);

    portal.write();
    await portal.inTime(async () => {
      expect(await portal.workflow('authored')).toMatchObject({
        id: first.id,
        managedBy: 'api',
      });
    });
  });

  it('keep what was published when a file changes it without a new version, and say so once', async () => {
    portal.write(workflow({ name: 'frozen', title: 'As it was' }));
    await portal.inTime(async () => {
      expect(await portal.workflow('frozen')).toBeTruthy();
    });

    portal.write(
      workflow({ name: 'frozen', title: 'Changed' }),
      workflow({
        name: 'broken',
        steps: [{ id: 'a', needs: ['b'], wait: { for: '0s' } }],
      }),
      workflow({ name: 'beside' }),
    );
    await portal.inTime(async () => {
      expect(await portal.workflow('beside')).toBeTruthy();
      expect(portal.warnings.join('\n')).toContain('frozen');
      expect(portal.warnings.join('\n')).toContain('broken');
    });
    for (let times = 0; times < 3; times++) {
      await portal.round();
    }
    const about = (name: string) =>
      portal.warnings.filter(line => line.includes(`default/${name} says`));
    expect(about('frozen')).toEqual([
      expect.stringContaining('was published with another content'),
    ]);
    expect(about('broken')).toEqual([expect.stringContaining('b')]);
    expect((await portal.workflow('frozen'))?.latest.source).toContain(
      'As it was',
    );
    expect(await portal.workflow('broken')).toBeUndefined();
  });

  it('appear, change and disappear with those that are published with the API', async () => {
    const source = (version: string) =>
      JSON.stringify({
        ...workflow({ name: 'from-api', version }),
        spec: { ...workflow({ name: '' }).spec, version, owner: undefined },
      });
    const { id } = await portal.devart.workflows.publish({
      source: source('1.0.0'),
    });
    const entity = await portal.inTime(async () => {
      const found = await portal.entity('workflow:default/from-api');
      expect(found).toBeTruthy();
      return found;
    });
    expect(entity).toMatchObject({
      metadata: { annotations: { 'devart.ai/workflow-id': id } },
      spec: { version: '1.0.0', owner: 'group:default/platform-admins' },
    });

    await portal.devart.workflows.publish({ source: source('2.0.0') });
    await portal.inTime(async () => {
      const found = await portal.entity('workflow:default/from-api');
      expect(found?.spec?.version).toBe('2.0.0');
    });
    // What stands in the catalog because of the record is no file of its own.
    expect(await portal.workflow('from-api')).toMatchObject({
      managedBy: 'api',
    });

    await portal.devart.workflows.delete({ id });
    await portal.inTime(async () => {
      expect(await portal.entity('workflow:default/from-api')).toBeUndefined();
    });
  });

  it('are checked for their shape by the catalog', async () => {
    const wrong = workflow({ name: 'misshapen' });
    portal.write(
      { ...wrong, spec: { ...wrong.spec, version: 'one' } },
      workflow({ name: 'shapely' }),
    );
    await portal.inTime(async () => {
      expect(await portal.workflow('shapely')).toBeTruthy();
    });
    expect(await portal.entity('workflow:default/misshapen')).toBeUndefined();
  });

  it('can be those that ship', async () => {
    const shipped = readdirSync(EXAMPLES).map(
      name => parse(readFileSync(join(EXAMPLES, name), 'utf8')) as Entity,
    );
    portal.write(...shipped);
    await portal.inTime(async () => {
      for (const { metadata, spec } of shipped) {
        expect(await portal.workflow(metadata.name)).toMatchObject({
          managedBy: 'catalog',
          version: spec!.version,
        });
      }
    });
  });
});
