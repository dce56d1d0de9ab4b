import { createHash } from 'node:crypto';
import request from 'supertest';
import { eventually } from '../__testUtils__/eventually';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

jest.setTimeout(60_000);

describe('agents', () => {
  let plane: TestControlPlane;

  beforeAll(async () => {
    plane = await TestControlPlane.start({
      config: {
        agents: {
          provisioned: [
            {
              name: 'shipped',
              capabilities: ['Review'],
              key: `dvk_${'k'.repeat(32)}`,
            },
          ],
        },
      },
    });
  });

  afterAll(async () => {
    await plane.stop();
  });

  it('are prepared without a key, and get one from whoever may see it', async () => {
    const sam = plane.as('supervisor');
    const input = {
      name: 'prepared',
      description: 'Made by a template',
      capabilities: ['Build'],
      owner: 'group:default/developers',
    };
    const agent = await sam.agents.prepare(input);
    expect(agent).toMatchObject({
      entityRef: 'airesource:default/prepared',
      managedBy: 'api',
      activation: 'pending',
      capabilities: ['build'],
      keys: [],
    });
    // Nothing is made a second time, and nobody takes over what is another's.
    expect((await sam.agents.prepare(input)).id).toBe(agent.id);
    for (const [person, change] of [
      ['supervisor', { description: 'Another' }],
      ['admin', {}],
    ] as const) {
      await expect(
        plane.as(person).agents.prepare({ ...input, ...change }),
      ).rejects.toMatchObject({ statusCode: 409 });
    }

    const { key } = await sam.agents.rotateKey({ id: agent.id });
    await sam.agents.setActivation({ id: agent.id, active: true });
    expect(await plane.withToken(key).agents.me({})).toMatchObject({
      name: 'prepared',
      activation: 'active',
    });
    await expect(sam.agents.prepare(input)).rejects.toMatchObject({
      statusCode: 409,
    });
  });

  it('are registered with a key that is shown once and kept only as a hash', async () => {
    const sam = plane.as('supervisor');
    const { agent, key } = await sam.agents.register({
      name: 'builder',
      capabilities: ['Build', 'build', 'test'],
      owner: 'group:default/developers',
    });
    expect(agent).toMatchObject({
      name: 'builder',
      capabilities: ['build', 'test'],
      activation: 'active',
      status: 'offline',
      entityRef: 'airesource:default/builder',
    });
    expect(JSON.stringify(await sam.agents.list({}))).not.toContain(key);

    const sql = plane.sql();
    const tables: { rows: { table_name: string }[] } = await sql.raw(
      `select table_name from information_schema.tables
       where table_schema = current_schema() and table_type = 'BASE TABLE'`,
    );
    await eventually(async () => {
      const { items } = await sam.audit.list({ operation: 'agents.register' });
      expect(items.length).toBeGreaterThan(0);
    });
    for (const { table_name: table } of tables.rows) {
      const { rows } = await sql.raw('select t::text as row from ?? t', [
        table,
      ]);
      expect(JSON.stringify(rows)).not.toContain(key.slice(12));
    }
    await sql.destroy();

    const hash = createHash('sha256').update(key).digest();
    for (const token of [hash.toString('hex'), `dvk_${hash.toString('hex')}`]) {
      await request(plane.server)
        .get('/api/devart/agents/me')
        .set('authorization', `Bearer ${token}`)
        .expect(401);
    }
    expect(await plane.withToken(key).agents.me({})).toMatchObject({
      name: 'builder',
    });
    await expect(
      sam.agents.register({ name: 'Builder', capabilities: [] }),
    ).rejects.toMatchObject({
      statusCode: 409,
      body: { error: { message: expect.stringContaining('name:') } },
    });
  });

  it('get a new key, with an overlap or without', async () => {
    const { id, client } = await plane.agent();
    const sam = plane.as('supervisor');
    const first = await sam.agents.rotateKey({ id, overlapSeconds: 1 });
    const second = plane.withToken(first.key);
    await client.agents.me({});
    await second.agents.me({});
    expect(first.agent.keys).toHaveLength(2);
    // The old key ends with its overlap, and then with what is remembered of it.
    await eventually(async () => {
      await expect(client.agents.me({})).rejects.toMatchObject({
        statusCode: 401,
      });
    });
    await sam.agents.rotateKey({ id, overlapSeconds: 0 });
    await expect(second.agents.me({})).rejects.toMatchObject({
      statusCode: 401,
    });
  });

  it('enrol themselves with a token and wait for their activation', async () => {
    const ada = plane.as('admin');
    const { token, enrolmentToken } = await ada.agents.createEnrolmentToken({
      name: 'ci',
      maxUses: 1,
    });
    const anonymous = plane.withToken('');
    const { agent, key } = await anonymous.agents.enrol({
      token,
      name: 'newcomer',
      capabilities: ['work'],
    });
    expect(agent).toMatchObject({ activation: 'pending', status: 'pending' });
    await expect(
      anonymous.agents.enrol({ token, name: 'second', capabilities: [] }),
    ).rejects.toMatchObject({ statusCode: 401 });

    const client = plane.withToken(key);
    expect(await client.agents.me({})).toMatchObject({ status: 'pending' });
    await expect(client.agents.claim({ id: agent.id })).rejects.toMatchObject({
      statusCode: 403,
      body: { error: { message: expect.stringContaining('activates') } },
    });
    await plane
      .as('supervisor')
      .agents.setActivation({ id: agent.id, active: true });
    expect(await client.agents.claim({ id: agent.id })).toBeUndefined();

    await ada.agents.revokeEnrolmentToken({ id: enrolmentToken.id });
    expect(
      (await ada.agents.listEnrolmentTokens({ includeEnded: true })).items,
    ).toContainEqual(
      expect.objectContaining({
        id: enrolmentToken.id,
        uses: 1,
        revokedAt: expect.any(String),
      }),
    );
  });

  it('do not use an enrolment token up when they are refused', async () => {
    const { token } = await plane
      .as('admin')
      .agents.createEnrolmentToken({ name: 'once', maxUses: 1 });
    const { agent } = await plane
      .as('supervisor')
      .agents.register({ name: 'taken', capabilities: [] });
    const anonymous = plane.withToken('');
    await expect(
      anonymous.agents.enrol({ token, name: agent.name, capabilities: [] }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await anonymous.agents.enrol({ token, name: 'free', capabilities: [] });
  });

  it('are there from the start when they are configured', async () => {
    const client = plane.withToken(`dvk_${'k'.repeat(32)}`);
    const me = await client.agents.me({});
    expect(me).toMatchObject({ name: 'shipped', capabilities: ['review'] });
    expect(await client.agents.claim({ id: me.id })).toBeUndefined();
  });

  it('are listed by status, capability and text, in pages', async () => {
    const sam = plane.as('supervisor');
    for (const name of ['page-a', 'page-b', 'page-c']) {
      await sam.agents.register({ name, capabilities: ['paging'] });
    }
    const first = await sam.agents.list({ capability: 'paging', limit: 2 });
    const rest = await sam.agents.list({
      capability: 'paging',
      limit: 2,
      cursor: first.nextCursor,
    });
    expect([...first.items, ...rest.items].map(({ name }) => name)).toEqual([
      'page-a',
      'page-b',
      'page-c',
    ]);
    expect(rest.nextCursor).toBeUndefined();
    const [active] = (await sam.agents.list({ text: 'page-b' })).items;
    const [second, third] = [first.items[1].id, rest.items[0].id];
    const nobody = '01890000-0000-7000-8000-000000000000';
    expect(
      (await sam.agents.list({ ids: [third, nobody, second] })).items.map(
        ({ id }) => id,
      ),
    ).toEqual([second, third]);
    await plane
      .agent({ name: 'page-idle' })
      .then(({ client }) => client.agents.heartbeat({ software: 'test 1.0' }));
    expect(active.status).toBe('offline');
    expect(
      (await sam.agents.list({ status: ['idle'], text: 'page' })).items,
    ).toEqual([
      expect.objectContaining({ name: 'page-idle', software: 'test 1.0' }),
    ]);
  });

  it('meet their catalog file in one record', async () => {
    const sam = plane.as('supervisor');
    const described = {
      name: 'authored',
      entityRef: 'airesource:default/authored',
      description: 'From a file',
      capabilities: ['b', 'a'],
    };
    const made = await sam.agents.describe(described);
    expect(made).toMatchObject({
      activation: 'pending',
      managedBy: 'catalog',
      keys: [],
    });
    const same = await sam.agents.describe(described);
    expect(same.version).toBe(made.version);
    const adopted = await sam.agents.register({
      name: 'authored',
      capabilities: ['ignored'],
    });
    expect(adopted.agent).toMatchObject({
      id: made.id,
      activation: 'active',
      capabilities: ['a', 'b'],
    });

    const mere = await sam.agents.describe({ ...described, name: 'mere' });
    await sam.agents.undescribe({ id: mere.id });
    await expect(sam.agents.get({ id: mere.id })).rejects.toMatchObject({
      statusCode: 404,
    });

    const { agent, key } = await sam.agents.register({
      name: 'meets',
      capabilities: ['old'],
    });
    await sam.agents.describe({
      ...described,
      name: 'Meets',
      entityRef: 'airesource:default/meets',
    });
    expect(await plane.withToken(key).agents.me({})).toMatchObject({
      id: agent.id,
      activation: 'active',
      managedBy: 'catalog',
      capabilities: ['a', 'b'],
    });
    await expect(
      sam.agents.update({ id: agent.id, description: 'By hand' }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await sam.agents.update({ id: agent.id, maxConcurrent: 7 });
    await sam.agents.undescribe({ id: agent.id });
    await sam.agents.update({ id: agent.id, description: 'By hand' });
  });

  it('show how they do', async () => {
    const { id, client } = await plane.agent({ capabilities: ['measured'] });
    const sam = plane.as('supervisor');
    for (let index = 0; index < 4; index++) {
      await sam.tasks.create({ title: 'Measured', capabilities: ['measured'] });
    }
    const { tasks } = (await client.agents.claim({ id, max: 4 }))!;
    for (const [index, task] of tasks.entries()) {
      await (index === 0
        ? client.tasks.reportFailure({
            id: task.id,
            attempt: 1,
            error: 'x',
            retryable: false,
          })
        : client.tasks.complete({ id: task.id, attempt: 1 }));
    }
    expect(await sam.agents.performance({ id })).toMatchObject({
      succeeded: 3,
      failed: 1,
      successRate: 0.75,
      medianSeconds: expect.any(Number),
    });
  });
});
