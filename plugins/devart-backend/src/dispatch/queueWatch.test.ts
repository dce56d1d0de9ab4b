import { eventually } from '../__testUtils__/eventually';
import { readableMetrics } from '../__testUtils__/readableMetrics';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

jest.setTimeout(120_000);

describe('the queue as a whole', () => {
  const metrics = readableMetrics();
  let devart: TestControlPlane;

  beforeAll(async () => {
    devart = await TestControlPlane.start({
      features: [metrics.feature],
      config: {
        readiness: { staleSeconds: 4 },
        tasks: {
          alerts: { depth: 3, capabilities: { gpu: { oldestSeconds: 1 } } },
        },
      },
    });
  });

  afterAll(() => devart.stop());

  const alerts = async () =>
    (await devart.as('viewer').portal.overview({})).queue.alerts;

  const create = (capability: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        devart.as('supervisor').tasks.create({
          title: `Task ${index}`,
          capabilities: [capability],
        }),
      ),
    );

  it('tells once when a part becomes too long or too old, and once when that is over', async () => {
    await create('deep', 3);
    await create('fine', 2);
    await create('gpu', 1);
    await eventually(async () => {
      const found = await alerts();
      expect(found.map(({ capabilities }) => capabilities.join())).toEqual(
        expect.arrayContaining(['deep', 'gpu']),
      );
      expect(found).toHaveLength(2);
    }, 20_000);
    const reasons = (await alerts()).map(({ reason }) => reason);
    expect(reasons).toContain('3 tasks wait; 3 or more are too many');
    expect(reasons).toContainEqual(
      expect.stringMatching(/^a task has waited for \d+ s; 1 s are too long$/),
    );
    expect(await metrics.read('devart.queue.ready')).toContainEqual({
      name: 'devart.queue.ready',
      value: 3,
      labels: { organization: 'default', capabilities: 'deep' },
    });
    const [oldest] = await metrics.read('devart.queue.oldest');
    expect(oldest.value).toBeGreaterThan(0);

    const { client, id } = await devart.agent({
      capabilities: ['deep', 'gpu', 'fine'],
    });
    const claimed = await client.agents.claim({ id, max: 10 });
    expect(claimed!.tasks).toHaveLength(6);
    expect(metrics.recorded).toHaveLength(6);
    expect(metrics.recorded[0]).toMatchObject({
      name: 'devart.task.wait',
      labels: { priority: 'medium' },
    });
    expect(metrics.recorded[0].value).toBeGreaterThan(0.5);
    expect(
      (await metrics.read('devart.queue.last_claim'))[0].value,
    ).toBeGreaterThanOrEqual(0);

    await eventually(async () => expect(await alerts()).toEqual([]), 20_000);
    const { items } = await devart.as('viewer').activity.list({ limit: 200 });
    const told = items
      .filter(({ topic }) => topic.startsWith('queue.'))
      .map(({ topic, detail }) => `${topic} ${detail}`)
      .sort();
    expect(told).toEqual([
      'queue.alert deep: 3 tasks wait; 3 or more are too many',
      expect.stringMatching(/^queue\.alert gpu: a task has waited for/),
      'queue.recovered deep',
      'queue.recovered gpu',
    ]);
  });

  it('shows how long a transaction has been open', async () => {
    const sql = devart.sql();
    const open = await sql.transaction();
    try {
      await open.raw('select 1');
      await eventually(async () => {
        const { queue } = await devart.as('viewer').portal.overview({});
        expect(queue.oldestTransactionSeconds).toBeGreaterThan(2);
      }, 20_000);
    } finally {
      await open.rollback();
      await sql.destroy();
    }
  });

  it('is not ready while claims fail, and ready again once they do not', async () => {
    const readiness = async () =>
      (await fetch(`${devart.origin}/.backstage/health/v1/readiness`)).status;
    const { client, id } = await devart.agent({ capabilities: ['deep'] });
    const sql = devart.sql();
    try {
      expect(await readiness()).toBe(200);
      await sql.raw('alter table task_queue rename sort_key to away');
      await eventually(async () => {
        await expect(client.agents.claim({ id })).rejects.toMatchObject({
          statusCode: 500,
        });
        expect(await readiness()).toBe(503);
      }, 20_000);
      await sql.raw('alter table task_queue rename away to sort_key');
      expect(await client.agents.claim({ id })).toBeUndefined();
      // Loops that failed as well rest for a while before they try again.
      await eventually(async () => {
        expect(await readiness()).toBe(200);
      }, 20_000);
    } finally {
      await sql.destroy();
    }
  });
});
