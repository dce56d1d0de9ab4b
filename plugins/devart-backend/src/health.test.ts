import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { eventually } from './__testUtils__/eventually';
import { Gate } from './__testUtils__/Gate';
import { TestControlPlane } from './__testUtils__/TestControlPlane';

jest.setTimeout(120_000);

describe('a backend whose database goes away', () => {
  const direct = process.env.DEVART_TEST_POSTGRES_URL!;
  let gate: Gate;
  let plane: TestControlPlane;

  beforeAll(async () => {
    // The pool says on the console what the test does on purpose.
    jest.spyOn(console, 'log').mockImplementation(() => {});
    const gated = await Gate.before(new URL(direct));
    gate = gated.gate;
    plane = await TestControlPlane.start({
      postgresUrl: gated.url,
      config: { readiness: { staleSeconds: 1 } },
    });
  });

  afterAll(async () => {
    gate.open();
    await plane.stop();
    await gate.close();
    jest.restoreAllMocks();
  });

  const readiness = () =>
    request(plane.server).get('/.backstage/health/v1/readiness');

  it('answers 503, turns unready, and goes on when it is back', async () => {
    const sam = plane.as('supervisor');
    const { id, client } = await plane.agent();
    // Its loops have a second for each round, which a busy machine may take from them.
    await eventually(async () => {
      await readiness().expect(200);
    }, 15_000);

    gate.shut();
    await expect(sam.tasks.list({})).rejects.toMatchObject({ statusCode: 503 });
    await eventually(async () => {
      const { status, body } = await readiness();
      expect(status).toBe(503);
      expect(body.problems.devart.join(' ')).toContain('has not succeeded');
    }, 10_000);
    await request(plane.server)
      .get('/.backstage/health/v1/liveness')
      .expect(200);

    gate.open();
    await eventually(async () => {
      const task = await sam.tasks.create({
        title: 'After the outage',
        capabilities: ['work'],
      });
      const claimed = await client.agents.claim({ id });
      expect(claimed!.tasks[0].id).toBe(task.id);
    }, 15_000);
    await eventually(async () => {
      await readiness().expect(200);
    }, 20_000);
  }, 60_000);
});

describe('a backend with a wrong configuration', () => {
  it.each([
    [
      { agents: { leaseSeconds: 0 } },
      /devart\.agents\.leaseSeconds is 0; it must be from 1 to 3600/,
    ],
    [
      { access: { roles: { boss: ['user:default/x'] } } },
      /devart\.access\.roles\.boss is not a role; accepted are viewer, supervisor, admin/,
    ],
    [
      { organizations: [{ name: 'Not Good' }] },
      /devart\.organizations\[0\]\.name is 'Not Good'/,
    ],
    [
      {
        agents: {
          provisioned: [{ name: 'a', capabilities: [], key: 'short' }],
        },
      },
      /devart\.agents\.provisioned\[0\]\.key must be dvk_/,
    ],
  ])('does not start, and says why: %j', async (config, message) => {
    await expect(TestControlPlane.start({ config })).rejects.toThrow(message);
  });
});

describe('a backend that stops', () => {
  it('waits neither for callers who come again and again nor for a database that is gone', async () => {
    jest.spyOn(console, 'log').mockImplementation(() => {});
    const { gate, url } = await Gate.before(
      new URL(process.env.DEVART_TEST_POSTGRES_URL!),
    );
    const plane = await TestControlPlane.start({ postgresUrl: url });
    const agent = new http.Agent({ keepAlive: true });
    const callOnce = () =>
      new Promise<number>((resolve, reject) => {
        http
          .get(`${plane.origin}/api/devart/openapi.json`, { agent }, answer => {
            answer.resume();
            answer.once('end', () => resolve(answer.statusCode!));
          })
          .once('error', reject);
      });
    const callers = Array.from({ length: 4 }, async () => {
      let calls = 0;
      // Until nobody listens any more.
      while (await callOnce().catch(() => undefined)) {
        calls++;
      }
      return calls;
    });
    try {
      await sleep(200);
      gate.shut();
      const startedAt = Date.now();
      await plane.stop();
      expect(Date.now() - startedAt).toBeLessThan(25_000);
      expect(Math.min(...(await Promise.all(callers)))).toBeGreaterThan(0);
    } finally {
      agent.destroy();
      await gate.close();
      jest.restoreAllMocks();
    }
  }, 40_000);

  it('leaves no connection to its database behind', async () => {
    const plane = await TestControlPlane.start();
    const sql = plane.sql();
    const others = async () => {
      const { rows } = await sql.raw(
        `select count(*)::int as count from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      );
      return rows[0].count;
    };
    try {
      expect(await others()).toBeGreaterThan(0);
      await plane.stop();
      await eventually(async () => expect(await others()).toBe(0));
    } finally {
      await sql.destroy();
    }
  });
});
