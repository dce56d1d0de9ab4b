import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../__testUtils__/eventually';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

const LEASE_SECONDS = 2;

jest.setTimeout(60_000);

describe('handing out tasks', () => {
  let plane: TestControlPlane;
  let replica: TestControlPlane;

  beforeAll(async () => {
    const config = { agents: { leaseSeconds: LEASE_SECONDS } };
    plane = await TestControlPlane.start({ config });
    replica = await TestControlPlane.start({
      config,
      databasePrefix: plane.databasePrefix,
    });
  });

  afterAll(async () => {
    await replica.stop();
    await plane.stop();
  });

  const unique = () => `c-${uuidv7()}`;

  it('wakes a waiting agent at once, also from another replica', async () => {
    for (const creator of [plane, replica]) {
      const capability = unique();
      const { id, client } = await plane.agent({ capabilities: [capability] });
      const waiting = client.agents.claim({ id, waitSeconds: 10 });
      await sleep(300);
      const started = Date.now();
      await creator
        .as('supervisor')
        .tasks.create({ title: 'Wake up', capabilities: [capability] });
      expect(await waiting).toBeDefined();
      expect(Date.now() - started).toBeLessThan(1000);
    }
  });

  it('takes tasks back from an agent that has gone silent, and tells it so', async () => {
    const capability = unique();
    const { id, client } = await plane.agent({ capabilities: [capability] });
    const sam = plane.as('supervisor');
    const task = await sam.tasks.create({
      title: 'Abandoned',
      capabilities: [capability],
    });
    const sessionId = uuidv7();
    const claimed = await client.agents.claim({ id, sessionId });
    expect(claimed!.tasks).toHaveLength(1);
    expect(await sam.agents.get({ id })).toMatchObject({ status: 'busy' });

    await eventually(async () => {
      expect(await sam.agents.get({ id })).toMatchObject({ status: 'offline' });
      expect(await sam.tasks.get({ id: task.id })).toMatchObject({
        status: 'queued',
        attempt: 1,
        waiting: { reason: 'agents-offline' },
      });
    });
    const beat = await client.agents.heartbeat({
      sessionId,
      running: [{ taskId: task.id, attempt: 1 }],
    });
    expect(beat.dropped).toEqual([
      { taskId: task.id, attempt: 1, reason: 'lost' },
    ]);
    expect(await sam.agents.get({ id })).toMatchObject({ status: 'idle' });
    await expect(
      client.tasks.complete({ id: task.id, attempt: 1 }),
    ).rejects.toMatchObject({ statusCode: 409 });
    const { attempts } = await sam.tasks.history({ id: task.id });
    expect(attempts).toEqual([expect.objectContaining({ outcome: 'lost' })]);
  });

  it('keeps tasks with an agent that is heard of', async () => {
    const capability = unique();
    const { id, client } = await plane.agent({ capabilities: [capability] });
    const task = await plane
      .as('supervisor')
      .tasks.create({ title: 'Long', capabilities: [capability] });
    const sessionId = uuidv7();
    await client.agents.claim({ id, sessionId });
    for (let beats = 0; beats < 8; beats++) {
      await sleep((LEASE_SECONDS * 1000) / 3);
      const { dropped } = await client.agents.heartbeat({
        sessionId,
        running: [{ taskId: task.id, attempt: 1 }],
      });
      expect(dropped).toEqual([]);
    }
    await client.tasks.complete({ id: task.id, attempt: 1 });
  });

  it('takes a task back that the agent does not know of, since the answer was lost', async () => {
    const capability = unique();
    const { id, client } = await plane.agent({ capabilities: [capability] });
    const task = await plane
      .as('supervisor')
      .tasks.create({ title: 'Lost answer', capabilities: [capability] });
    const sessionId = uuidv7();
    await client.agents.claim({ id, sessionId });
    await eventually(async () => {
      await client.agents.heartbeat({ sessionId, running: [] });
      expect(await plane.as('viewer').tasks.get({ id: task.id })).toMatchObject(
        { status: 'queued' },
      );
    });
  });

  it('gives tasks back when an agent ends in good order', async () => {
    const capability = unique();
    const { id, client } = await plane.agent({ capabilities: [capability] });
    const task = await plane
      .as('supervisor')
      .tasks.create({ title: 'Returned', capabilities: [capability] });
    const sessionId = uuidv7();
    await client.agents.claim({ id, sessionId });
    await client.agents.heartbeat({ sessionId, closing: true });
    expect(await plane.as('viewer').tasks.get({ id: task.id })).toMatchObject({
      status: 'queued',
    });
    expect(await plane.as('viewer').agents.get({ id })).toMatchObject({
      status: 'offline',
    });
  });

  it('refuses the session of another agent', async () => {
    const [one, other] = [await plane.agent(), await plane.agent()];
    const sessionId = uuidv7();
    await one.client.agents.heartbeat({ sessionId });
    await expect(
      other.client.agents.heartbeat({ sessionId }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await expect(
      other.client.agents.claim({ id: other.id, sessionId }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await expect(
      one.client.agents.claim({ id: other.id }),
    ).rejects.toMatchObject({ statusCode: 403 });
  });

  it('respects how much an agent works on at once', async () => {
    const capability = unique();
    const { id, client } = await plane.agent({
      capabilities: [capability],
      maxConcurrent: 2,
    });
    for (let index = 0; index < 3; index++) {
      await plane
        .as('supervisor')
        .tasks.create({ title: 'Many', capabilities: [capability] });
    }
    const first = await client.agents.claim({ id, max: 10 });
    expect(first!.tasks).toHaveLength(2);
    expect(await client.agents.claim({ id, max: 10 })).toBeUndefined();
    await client.tasks.complete({ id: first!.tasks[0].id, attempt: 1 });
    const next = await client.agents.claim({ id, max: 10 });
    expect(next!.tasks).toHaveLength(1);
  });

  it.each(['return', 'cancel', 'finish'] as const)(
    'deals with running tasks by the policy "%s" when an agent is deactivated',
    async runningTasks => {
      const capability = unique();
      const { id, client, key } = await plane.agent({
        capabilities: [capability],
      });
      const sam = plane.as('supervisor');
      const task = await sam.tasks.create({
        title: 'Running',
        capabilities: [capability],
      });
      await client.agents.claim({ id });
      await sam.agents.setActivation({ id, active: false, runningTasks });

      const { status } = await sam.tasks.get({ id: task.id });
      expect(status).toBe(
        { return: 'queued', cancel: 'cancelled', finish: 'running' }[
          runningTasks
        ],
      );
      await expect(client.agents.claim({ id })).rejects.toMatchObject({
        statusCode: 403,
      });
      const completed = await client.tasks
        .complete({ id: task.id, attempt: 1 })
        .then(
          () => 200,
          error => error.statusCode,
        );
      expect(completed).toBe(runningTasks === 'finish' ? 200 : 403);
      // On the other replica a moment later.
      await eventually(async () => {
        await expect(
          replica.withToken(key).agents.claim({ id }),
        ).rejects.toMatchObject({ statusCode: 403 });
      });
    },
  );

  it('hands nothing to a claim that has waited since before a stop', async () => {
    const capability = unique();
    const sam = plane.as('supervisor');
    const { id, key } = await plane.agent({ capabilities: [capability] });
    const waiting = replica
      .withToken(key)
      .agents.claim({ id, waitSeconds: 10 })
      .then(
        () => 'claimed',
        error => error.statusCode,
      );
    await sleep(300);
    await sam.agents.setHalt({ halted: true, reason: 'test' });
    const task = await sam.tasks.create({
      title: 'Not for you',
      capabilities: [capability],
    });
    expect(await waiting).toBe(403);
    expect(await sam.tasks.get({ id: task.id })).toMatchObject({
      status: 'queued',
      attempt: 0,
    });
    await sam.agents.setHalt({ halted: false, reason: 'test' });
  });

  it('stops all agents of an organisation on every replica within five seconds', async () => {
    const capability = unique();
    const sam = plane.as('supervisor');
    const { id, key } = await plane.agent({ capabilities: [capability] });
    const elsewhere = replica.withToken(key);
    const task = await sam.tasks.create({
      title: 'Halted',
      capabilities: [capability],
    });
    await elsewhere.agents.claim({ id });

    await sam.agents.setHalt({ halted: true, reason: 'something is wrong' });
    expect(await sam.tasks.get({ id: task.id })).toMatchObject({
      status: 'queued',
      waiting: { reason: 'agents-halted' },
    });
    await eventually(async () => {
      await expect(
        elsewhere.tasks.complete({ id: task.id, attempt: 1 }),
      ).rejects.toMatchObject({
        statusCode: 403,
        body: {
          error: {
            message: expect.stringContaining('something is wrong'),
          },
        },
      });
    });
    expect(await sam.agents.get({ id })).toMatchObject({ status: 'halted' });

    await sam.agents.setHalt({ halted: false, reason: 'mended' });
    await eventually(async () => {
      const claimed = await elsewhere.agents.claim({ id });
      expect(claimed!.tasks[0].attempt).toBe(2);
    });
  });
});

describe('handing out many tasks', () => {
  let plane: TestControlPlane;
  let replica: TestControlPlane;

  beforeAll(async () => {
    plane = await TestControlPlane.start();
    replica = await TestControlPlane.start({
      databasePrefix: plane.databasePrefix,
    });
  });

  afterAll(async () => {
    await replica.stop();
    await plane.stop();
  });

  it('gives each of 5,000 tasks to one of 50 agents that ask at once on two replicas', async () => {
    const capability = 'many';
    const sam = plane.as('supervisor');
    const wanted = 5000;
    const sql = plane.sql();
    await sam.tasks.create({ title: 'seed', capabilities: [capability] });
    // The rest in one statement: creating is not what this test is about.
    await sql.raw(
      `with seed as (select t.* from tasks t join capability_sets s on s.id = t.capability_set_id
           where s.capabilities = array[?]),
         made as (insert into tasks (id, organization_id, title, description, type, status, priority,
             capability_set_id, max_attempts, input, created_by)
           select devart_uuid7(), organization_id, 'copy', '', type, 'queued', priority, capability_set_id, 3, '{}', created_by
           from seed, generate_series(2, ?::int) returning *)
       insert into task_queue (task_id, organization_id, capability_set_id, sort_key, available_at, ready)
       select id, organization_id, capability_set_id, created_at, now(), true from made`,
      [capability, wanted],
    );
    const agents = await Promise.all(
      Array.from({ length: 50 }, () =>
        plane.agent({ capabilities: [capability], maxConcurrent: 1000 }),
      ),
    );
    const claims: string[] = [];
    await Promise.all(
      agents.map(async ({ id, key }, index) => {
        const client = (index % 2 ? plane : replica).withToken(key);
        for (;;) {
          const claimed = await client.agents.claim({ id, max: 1 + index });
          if (!claimed) {
            return;
          }
          const tasks = claimed.tasks.map(({ id: task, attempt }) => ({
            id: task,
            attempt,
          }));
          claims.push(...tasks.map(task => task.id));
          const { results } = await client.agents.completeTasks({ id, tasks });
          expect(results).toEqual(tasks);
        }
      }),
    );
    expect(claims).toHaveLength(wanted);
    expect(new Set(claims).size).toBe(wanted);
    const { rows } = await sql.raw(
      `select (select count(*)::int from task_leases) as leases,
         (select count(*)::int from tasks where status = 'succeeded') as succeeded,
         (select count(*)::int from task_attempts where outcome = 'succeeded') as attempts,
         (select deadlocks::int from pg_stat_database where datname = current_database()) as deadlocks`,
    );
    await sql.destroy();
    expect(rows[0]).toEqual({
      leases: 0,
      succeeded: wanted,
      attempts: wanted,
      deadlocks: 0,
    });
  }, 120_000);

  it('judges each of the tasks that an agent completes at once by itself', async () => {
    const capability = `c-${uuidv7()}`;
    const sam = plane.as('supervisor');
    const [one, other] = [
      await plane.agent({ capabilities: [capability] }),
      await plane.agent({ capabilities: [capability] }),
    ];
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) {
      const { id } = await sam.tasks.create({
        title: `Task ${index}`,
        capabilities: [capability],
      });
      ids.push(id);
    }
    await one.client.agents.claim({ id: one.id, max: 2 });
    await other.client.agents.claim({ id: other.id });
    const unknown = uuidv7();
    const complete = (tasks: { id: string; attempt: number }[]) =>
      one.client.agents.completeTasks({ id: one.id, tasks });
    const { results } = await complete([
      { id: ids[0], attempt: 1 },
      { id: ids[1], attempt: 2 },
      { id: ids[2], attempt: 1 },
      { id: unknown, attempt: 1 },
      { id: ids[0], attempt: 1 },
    ]);
    expect(results.map(({ id, refused }) => [id, refused?.status])).toEqual([
      [ids[0], undefined],
      [ids[1], 409],
      [ids[2], 403],
      [unknown, 404],
      [ids[0], undefined],
    ]);
    // What was refused is as it was, and what was done is not done again.
    const again = await complete([
      { id: ids[0], attempt: 1 },
      { id: ids[1], attempt: 1 },
    ]);
    expect(again.results.every(({ refused }) => !refused)).toBe(true);
    const { transitions } = await sam.tasks.history({ id: ids[0] });
    expect(transitions.map(({ to }) => to)).toEqual([
      'queued',
      'running',
      'succeeded',
    ]);
    expect(await sam.tasks.get({ id: ids[2] })).toMatchObject({
      status: 'running',
      agent: { id: other.id },
    });
    await expect(
      other.client.agents.completeTasks({
        id: one.id,
        tasks: [{ id: ids[2], attempt: 1 }],
      }),
    ).rejects.toMatchObject({ statusCode: 403 });
  });
});

describe('limits of capabilities', () => {
  let plane: TestControlPlane;
  let replica: TestControlPlane;

  beforeAll(async () => {
    const config = { tasks: { concurrency: { gpu: 2, licence: 1 } } };
    plane = await TestControlPlane.start({ config });
    replica = await TestControlPlane.start({
      config,
      databasePrefix: plane.databasePrefix,
    });
  });

  afterAll(async () => {
    await replica.stop();
    await plane.stop();
  });

  it('hold exactly, over all agents and replicas, and hold nothing else up', async () => {
    const sam = plane.as('supervisor');
    const needs = [['gpu'], ['gpu', 'licence'], ['licence'], ['plain']];
    const all: string[] = [];
    for (let index = 0; index < 32; index++) {
      const { id } = await sam.tasks.create({
        title: `Task ${index}`,
        capabilities: needs[index % needs.length],
      });
      all.push(id);
    }
    const agents = await Promise.all(
      Array.from({ length: 6 }, () =>
        plane.agent({
          capabilities: ['gpu', 'licence', 'plain'],
          maxConcurrent: 100,
        }),
      ),
    );
    const running = { gpu: 0, licence: 0, plain: 0 };
    const most = { ...running };
    const done = new Set<string>();
    const count = (capabilities: readonly string[], by: 1 | -1) => {
      for (const name of capabilities as (keyof typeof running)[]) {
        running[name] += by;
        most[name] = Math.max(most[name], running[name]);
      }
    };
    await Promise.all(
      agents.map(async ({ id, key }, index) => {
        const client = (index % 2 ? plane : replica).withToken(key);
        while (done.size < all.length) {
          const claimed = await client.agents.claim({
            id,
            max: 10,
            waitSeconds: 1,
          });
          const tasks = claimed?.tasks ?? [];
          tasks.forEach(task => count(task.capabilities, 1));
          await sleep(5);
          for (const task of tasks) {
            count(task.capabilities, -1);
            await client.tasks.complete({
              id: task.id,
              attempt: task.attempt,
            });
            done.add(task.id);
          }
        }
      }),
    );
    expect(done).toEqual(new Set(all));
    expect(most.gpu).toBeLessThanOrEqual(2);
    expect(most.licence).toBeLessThanOrEqual(1);
    expect(most.plain).toBeGreaterThan(2);
  });

  it('are the reason why a task waits', async () => {
    const sam = plane.as('supervisor');
    const { id, client } = await plane.agent({ capabilities: ['licence'] });
    const task = () =>
      sam.tasks.create({ title: 'Licensed', capabilities: ['licence'] });
    const first = await task();
    expect((await client.agents.claim({ id }))!.tasks[0].id).toBe(first.id);
    const second = await task();
    expect(second.waiting).toEqual({
      reason: 'capacity',
      message: 'The only place for “licence” is taken',
    });
    expect(await client.agents.claim({ id })).toBeUndefined();
    const waiting = client.agents.claim({ id, waitSeconds: 10 });
    await client.tasks.complete({ id: first.id, attempt: 1 });
    expect((await waiting)!.tasks[0].id).toBe(second.id);
  });
});
