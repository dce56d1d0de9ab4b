import { DevartAgent, type TaskHandler } from '@devart/agent-sdk';
import rabbitmqModule from '@devart/plugin-devart-backend-module-rabbitmq';
import { connect } from 'amqplib';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../__testUtils__/eventually';
import { Gate } from '../__testUtils__/Gate';
import { TestControlPlane } from '../__testUtils__/TestControlPlane';

const MANY = 10_000;

jest.setTimeout(240_000);

function brokerUrl(): string {
  const url = process.env.DEVART_TEST_AMQP_URL;
  if (!url) {
    throw new Error(
      'DEVART_TEST_AMQP_URL is not set; run the tests with script/test unit, which starts a RabbitMQ of its own',
    );
  }
  return url;
}

async function control(what: 'stop' | 'start'): Promise<void> {
  const { status } = await fetch(
    `${process.env.DEVART_TEST_AMQP_CONTROL_URL}/${what}`,
    { method: 'POST' },
  );
  expect(status).toBe(204);
}

describe('tasks over RabbitMQ', () => {
  const prefix = `test-${uuidv7()}.`;
  const agents: DevartAgent[] = [];
  let controlGate: Gate;
  let agentGate: Gate;
  let agentBrokerUrl: string;
  let plane: TestControlPlane;

  beforeAll(async () => {
    const ours = await Gate.before(new URL(brokerUrl()));
    const theirs = await Gate.before(new URL(brokerUrl()));
    controlGate = ours.gate;
    agentGate = theirs.gate;
    agentBrokerUrl = theirs.url;
    plane = await TestControlPlane.start({
      features: [rabbitmqModule],
      config: { rabbitmq: { url: ours.url, prefix } },
    });
  });

  afterEach(async () => {
    await Promise.all(
      agents.splice(0).map(agent => agent.stop({ graceMs: 0 })),
    );
  });

  afterAll(async () => {
    await plane.stop();
    await controlGate.close();
    await agentGate.close();
    await dropEverything();
  });

  /** Leaves the broker as it was. */
  async function dropEverything(): Promise<void> {
    const connection = await connect(brokerUrl());
    const channel = await connection.createChannel();
    await channel.deleteExchange(`${prefix}tasks.todo`);
    await channel.deleteExchange(`${prefix}tasks.dead`);
    await channel.deleteQueue(`${prefix}tasks.dead`);
    await connection.close();
  }

  const unique = () => `c-${uuidv7()}`;

  async function transport() {
    const { items } = await plane.as('viewer').portal.transports({});
    return items[0];
  }

  async function connected(): Promise<void> {
    await eventually(
      async () => expect((await transport()).state).toBe('connected'),
      60_000,
    );
  }

  async function startAgent(
    capability: string,
    handler: TaskHandler,
    options: { concurrency?: number; stream?: boolean } = {},
  ): Promise<{ id: string; key: string; agent: DevartAgent }> {
    const { concurrency = 5, stream = false } = options;
    const { id, key } = await plane.agent({
      capabilities: [capability],
      maxConcurrent: concurrency * 4,
    });
    const silent = () => {};
    const agent = new DevartAgent({
      baseUrl: plane.baseUrl,
      key,
      concurrency,
      stream,
      prefetch: concurrency,
      rabbitmqUrl: agentBrokerUrl,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      retry: { baseMs: 50, maxMs: 1000, withoutStreamMs: 500 },
    });
    agents.push(agent);
    void agent.startConsuming(handler);
    return { id, key, agent };
  }

  /** Many tasks in one statement, of which nobody is told: the reconciler finds them. */
  async function seed(capability: string, count: number): Promise<void> {
    const first = await plane
      .as('supervisor')
      .tasks.create({ title: 'seed', capabilities: [capability] });
    const sql = plane.sql();
    await sql.raw(
      `with seed as (select * from tasks where id = ?),
         made as (insert into tasks (id, organization_id, title, description, type, status, priority,
             capability_set_id, max_attempts, input, created_by)
           select devart_uuid7(), organization_id, 'copy', '', type, 'queued', priority, capability_set_id, 3, '{}', created_by
           from seed, generate_series(2, ?::int) returning *)
       insert into task_queue (task_id, organization_id, capability_set_id, sort_key, available_at, ready)
       select id, organization_id, capability_set_id, created_at, now() - interval '1 minute', true from made`,
      [first.id, count],
    );
    await sql.destroy();
  }

  it('come at once when they are made, and when they are due', async () => {
    await connected();
    const capability = unique();
    const done: string[] = [];
    const { agent } = await startAgent(capability, task => {
      done.push(task.id);
    });
    const sam = plane.as('supervisor');
    await sam.tasks.create({ title: 'First', capabilities: [capability] });
    await eventually(async () => expect(done).toHaveLength(1), 30_000);
    await sam.tasks.create({
      title: 'Later',
      capabilities: [capability],
      runAfter: new Date(Date.now() + 1000).toISOString(),
    });
    await eventually(async () => expect(done).toHaveLength(2), 30_000);
    expect(agent.mode).toBe('consuming');
    const { queues } = await transport();
    expect(queues).toEqual([]);
  });

  it('are neither lost nor done twice: ten thousand, with a broker that restarts, cut connections and messages that come twice', async () => {
    await connected();
    const capability = unique();
    await seed(capability, MANY);
    /** Attempts that a handler was given. */
    const begun = new Set<string>();
    let twice = 0;
    const handler: TaskHandler = ({ id, attempt }) => {
      const name = `${id}:${attempt}`;
      twice += begun.has(name) ? 1 : 0;
      begun.add(name);
      return {};
    };
    const { id } = await startAgent(capability, handler, { concurrency: 50 });
    await startAgent(capability, handler, { concurrency: 50 });

    await eventually(
      async () => expect(begun.size).toBeGreaterThan(500),
      60_000,
    );
    await repeatMessages(id);
    agentGate.cut();
    controlGate.cut();
    await eventually(
      async () => expect(begun.size).toBeGreaterThan(MANY / 4),
      60_000,
    );
    await control('stop');
    await eventually(async () =>
      expect((await transport()).state).toBe('away'),
    );
    // A broker that is away is no reason to take the control plane out of service.
    await request(plane.server)
      .get('/.backstage/health/v1/readiness')
      .expect(200);
    await control('start');
    await connected();

    const sql = plane.sql();
    try {
      await eventually(async () => {
        const { rows } = await sql.raw(
          `select (select count(*) from task_live t join capability_sets s on s.id = t.capability_set_id
              where s.capabilities = array[?] and t.status = 'succeeded')::int as done,
            (select count(*) from task_attempts a join tasks t on t.id = a.task_id
              join capability_sets s on s.id = t.capability_set_id
              where s.capabilities = array[?] and a.outcome = 'succeeded')::int as attempts`,
          [capability, capability],
        );
        expect(rows[0]).toEqual({ done: MANY, attempts: MANY });
      }, 120_000);
    } finally {
      await sql.destroy();
    }
    expect(twice).toBe(0);
  });

  /** How many consume from the one queue of an agent. */
  async function consumersOf(id: string, key: string): Promise<number> {
    const { transports } = await plane.withToken(key).agents.transport({ id });
    const connection = await connect(brokerUrl());
    const channel = await connection.createChannel();
    const { consumerCount } = await channel.checkQueue(transports[0].queues[0]);
    await connection.close();
    return consumerCount;
  }

  /** Every message that waits for the agent, once more. */
  async function repeatMessages(agentId: string): Promise<void> {
    const sql = plane.sql();
    const { rows } = await sql.raw(
      `select q.task_id, q.organization_id from task_queue q join capability_sets s on s.id = q.capability_set_id
       join agents a on a.capabilities = s.capabilities where a.id = ? limit 2000`,
      [agentId],
    );
    await sql.destroy();
    const { items } = await plane.as('viewer').portal.transports({});
    const [queue] = items[0].queues;
    const connection = await connect(brokerUrl());
    const channel = await connection.createConfirmChannel();
    for (const row of rows) {
      channel.publish(
        `${prefix}tasks.todo`,
        queue.name,
        Buffer.from(
          JSON.stringify({
            taskId: row.task_id,
            attempt: 1,
            organizationId: row.organization_id,
          }),
        ),
      );
    }
    await channel.waitForConfirms();
    await connection.close();
  }

  it('come over the stream while the broker cannot be reached, and over the broker again after', async () => {
    await connected();
    const capability = unique();
    const done: string[] = [];
    agentGate.shut();
    const { id, key } = await startAgent(
      capability,
      task => void done.push(task.id),
      { stream: true },
    );
    const sam = plane.as('supervisor');
    await sam.tasks.create({ title: 'One', capabilities: [capability] });
    await eventually(async () => expect(done).toHaveLength(1), 30_000);
    agentGate.open();
    // Messages that nobody takes would wait: the queue has a consumer again.
    await eventually(
      async () => expect(await consumersOf(id, key)).toBe(1),
      30_000,
    );
    const before = done.length;
    await sam.tasks.create({ title: 'Next', capabilities: [capability] });
    await eventually(async () => expect(done).toHaveLength(before + 1), 30_000);
  });

  it('leave a line in their activity when the broker gives up a message, and are published again', async () => {
    await connected();
    const capability = unique();
    const sam = plane.as('supervisor');
    const task = await sam.tasks.create({
      title: 'Poison',
      capabilities: [capability],
    });
    const connection = await connect(brokerUrl());
    const channel = await connection.createChannel();
    const queue = await eventually(async () => {
      const found = (await transport()).queues.find(({ capabilities }) =>
        capabilities.includes(capability),
      );
      expect(found).toMatchObject({ ready: 1, messages: 1 });
      return found!.name;
    }, 30_000);
    const message = await channel.get(queue);
    expect(message).not.toBe(false);
    const content = JSON.parse(
      (message as { content: Buffer }).content.toString(),
    );
    expect(Object.keys(content).sort()).toEqual([
      'attempt',
      'organizationId',
      'taskId',
    ]);
    channel.nack(message as never, false, false);
    await eventually(async () => {
      const { items } = await plane
        .as('viewer')
        .activity.list({ subjectId: task.id });
      expect(items).toContainEqual(
        expect.objectContaining({
          topic: 'task.message-dead-lettered',
          detail: expect.stringContaining('an agent refused it'),
        }),
      );
    }, 30_000);
    await eventually(async () => {
      const found = (await transport()).queues.find(
        ({ name }) => name === queue,
      );
      expect(found).toMatchObject({ ready: 1, messages: 1 });
    }, 30_000);
    await connection.close();
  });
});
