import { eventually } from '../../__testUtils__/eventually';
import { RunParty } from '../../__testUtils__/RunParty';
import { TestControlPlane } from '../../__testUtils__/TestControlPlane';

jest.setTimeout(60_000);

const STEP = `
  steps:
    - id: s
      task: { title: "Do \${{ parameters.what }}", capabilities: [nobody] }
`;
const WITH_PARAMETERS = `
  parameters: { type: object, required: [what], properties: { what: { type: string } } }${STEP}`;

describe('workflows', () => {
  let plane: TestControlPlane;
  let party: RunParty;

  beforeAll(async () => {
    plane = await TestControlPlane.start();
    party = new RunParty(plane);
  });

  afterAll(async () => {
    await plane.stop();
  });

  it('are refused with line and column of everything that is wrong, and nothing is made', async () => {
    const source = party.source(
      `
      steps:
        - id: a
          needs: b
          task: { title: "\${{ paramters.nope }}", capabilities: [x] }
        - id: b
          needs: a
          operation: { id: tasks.explode }
    `,
      'broken',
    );
    const sam = plane.as('supervisor');
    const error = await sam.workflows
      .publish({ source })
      .catch(refusal => refusal.body.error);
    const issues: { field: string; problem: string }[] = error.issues;
    expect(issues.length).toBeGreaterThanOrEqual(3);
    for (const { field } of issues) {
      expect(field).toMatch(/^source:\d+:\d+$/);
    }
    const checked = await sam.workflows.validate({ source });
    expect(checked.problems).toHaveLength(issues.length);
    const { items } = await sam.workflows.list({ text: 'broken' });
    expect(items).toEqual([]);
  });

  it('never change once a version is published', async () => {
    const name = 'immutable';
    const first = await party.publish(WITH_PARAMETERS, { name });
    const again = await party.publish(WITH_PARAMETERS, { name });
    expect(again.id).toBe(first.id);
    await expect(
      party.publish(WITH_PARAMETERS.replace('Do', 'Make'), { name }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await party.publish(WITH_PARAMETERS.replace('Do', 'Make'), {
      name,
      version: '2.0.0',
    });
    await party.publish(WITH_PARAMETERS, { name, version: '2.1.0-rc.1' });
    const backport = await party.publish(WITH_PARAMETERS, {
      name,
      version: '1.0.1',
    });
    expect(backport.version).toBe('2.0.0');

    const vic = plane.as('viewer');
    const { id } = first;
    const page = await vic.workflows.versions({ id, limit: 3 });
    const rest = await vic.workflows.versions({
      id,
      limit: 3,
      cursor: page.nextCursor,
    });
    expect(
      [...page.items, ...rest.items].map(({ version }) => version),
    ).toEqual(['1.0.1', '2.1.0-rc.1', '2.0.0', '1.0.0']);
    const diff = await vic.workflows.diff({ id, from: '1.0.0', to: '2.0.0' });
    expect(diff.steps).toEqual([
      { id: 's', change: 'changed', fields: ['task.title'] },
    ]);
    expect((await vic.workflows.templates({ id })).items).toEqual([
      {
        step: 's',
        title: 'Make ${{ parameters.what }}',
        description: '',
        capabilities: ['nobody'],
      },
    ]);
    const sql = plane.sql();
    try {
      await expect(
        sql.raw(`update workflow_versions set source = 'x'`),
      ).rejects.toThrow(/append-only/);
    } finally {
      await sql.destroy();
    }
  });

  it('follow their catalog file, back to an earlier version too', async () => {
    const sam = plane.as('supervisor');
    const describeAs = (version: string) =>
      sam.workflows.describe({
        source: party.source(WITH_PARAMETERS, 'in-catalog', version),
        entityRef: 'workflow:default/in-catalog',
      });
    const first = await describeAs('1.0.0');
    expect(first).toMatchObject({
      managedBy: 'catalog',
      entityRef: 'workflow:default/in-catalog',
    });
    expect((await describeAs('1.1.0')).version).toBe('1.1.0');
    expect((await describeAs('1.0.0')).version).toBe('1.0.0');
    await expect(
      party.publish(WITH_PARAMETERS, { name: 'in-catalog', version: '3.0.0' }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await expect(
      plane.as('admin').workflows.delete({ id: first.id }),
    ).rejects.toMatchObject({ statusCode: 409 });
    const { items } = await sam.workflows.list({ managedBy: 'catalog' });
    expect(items.map(({ name }) => name)).toEqual(['in-catalog']);
    const left = await sam.workflows.undescribe({ id: first.id });
    expect(left.managedBy).toBe('api');
    await plane.as('admin').workflows.delete({ id: first.id });
    await expect(sam.workflows.get({ id: first.id })).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  it('are deleted when nothing runs, and leave their runs readable', async () => {
    const { id } = await party.publish(WITH_PARAMETERS);
    const sam = plane.as('supervisor');
    const ada = plane.as('admin');
    const run = await sam.workflows.trigger({
      id,
      parameters: { what: 'it' },
    });
    await expect(ada.workflows.delete({ id })).rejects.toMatchObject({
      statusCode: 409,
    });
    await sam.runs.cancel({ id: run.id });
    await party.ended(run.id);
    await ada.workflows.delete({ id });
    expect((await sam.runs.get({ id: run.id })).status).toBe('cancelled');
    for (const version of [undefined, '1.0.0']) {
      await expect(
        sam.workflows.trigger({ id, version, parameters: { what: 'it' } }),
      ).rejects.toMatchObject({ statusCode: 404 });
    }
  });

  it('belong to one organisation', async () => {
    const { id } = await party.publish(WITH_PARAMETERS);
    const sam = plane.as('supervisor');
    const run = await sam.workflows.trigger({ id, parameters: { what: 'x' } });
    const olga = plane.as('stranger');
    for (const call of [
      olga.workflows.get({ id }),
      olga.workflows.trigger({ id, parameters: { what: 'x' } }),
      olga.workflows.delete({ id }),
      olga.runs.get({ id: run.id }),
      olga.runs.cancel({ id: run.id }),
      olga.runs.resume({ id: run.id }),
    ]) {
      await expect(call).rejects.toMatchObject({ statusCode: 404 });
    }
    expect((await olga.runs.list({})).items).toEqual([]);
    await eventually(async () => {
      const task = await sam.runs.get({ id: run.id });
      expect(task.stepRuns[0].taskId).toBeDefined();
    });
  });

  it('take no webhook where no key keeps its secret', async () => {
    const { id } = await party.publish(WITH_PARAMETERS);
    await expect(
      plane.as('supervisor').workflows.createWebhook({ id, name: 'ci' }),
    ).rejects.toMatchObject({
      statusCode: 409,
      body: {
        error: { message: expect.stringContaining('devart.secretKey') },
      },
    });
  });
});
