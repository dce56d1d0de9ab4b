import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaimedTask } from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../../__testUtils__/eventually';
import { TestControlPlane } from '../../__testUtils__/TestControlPlane';
import type { TaskStreamEvent } from './TaskStream';

const LEASE_SECONDS = 3;

jest.setTimeout(60_000);

/** An agent that reads its stream and writes down what came. */
class Listener {
  readonly tasks: ClaimedTask[] = [];
  end: { reason: string; message: string } | undefined;
  isOver = false;
  readonly #abort = new AbortController();

  static async open(
    plane: TestControlPlane,
    agent: { id: string; key: string },
    options: { sessionId?: string; hold?: number } = {},
  ): Promise<Listener> {
    const { sessionId = uuidv7(), hold = 10 } = options;
    const listener = new Listener(sessionId);
    const events = await plane
      .withToken(agent.key)
      .agents.stream(
        { id: agent.id, sessionId, hold },
        { signal: listener.#abort.signal },
      );
    void listener.#read(events);
    return listener;
  }

  readonly sessionId: string;

  private constructor(sessionId: string) {
    this.sessionId = sessionId;
  }

  get ids(): string[] {
    return this.tasks.map(({ id }) => id);
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(events: AsyncIterable<TaskStreamEvent>): Promise<void> {
    try {
      for await (const { event, data } of events) {
        if (event === 'tasks') {
          this.tasks.push(...data.tasks);
        } else if (event === 'end') {
          this.end = data;
        }
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        this.end ??= { reason: 'broken', message: String(error) };
      }
    }
    this.isOver = true;
  }
}

describe('streams of tasks', () => {
  let plane: TestControlPlane;
  let replica: TestControlPlane;
  const listeners: Listener[] = [];

  beforeAll(async () => {
    const config = { agents: { leaseSeconds: LEASE_SECONDS } };
    plane = await TestControlPlane.start({ config });
    replica = await TestControlPlane.start({
      config,
      databasePrefix: plane.databasePrefix,
    });
  });

  afterEach(() => {
    for (const listener of listeners.splice(0)) {
      listener.close();
    }
  });

  afterAll(async () => {
    await replica.stop();
    await plane.stop();
  });

  const unique = () => `c-${uuidv7()}`;

  async function open(...args: Parameters<typeof Listener.open>) {
    const listener = await Listener.open(...args);
    listeners.push(listener);
    return listener;
  }

  async function addTasks(capability: string, count: number, on = plane) {
    const made = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        on.as('supervisor').tasks.create({
          title: `Task ${index}`,
          capabilities: [capability],
        }),
      ),
    );
    return made.map(({ id }) => id);
  }

  it('hand out what is there and what comes, on both replicas', async () => {
    const capability = unique();
    const agent = await plane.agent({ capabilities: [capability] });
    const [first] = await addTasks(capability, 1);
    const listener = await open(plane, agent);
    await eventually(async () => expect(listener.ids).toEqual([first]));
    for (const creator of [plane, replica]) {
      const before = listener.tasks.length;
      const started = Date.now();
      await addTasks(capability, 1, creator);
      await eventually(async () =>
        expect(listener.tasks).toHaveLength(before + 1),
      );
      expect(Date.now() - started).toBeLessThan(1000);
    }
    const { status, agent: holder } = await plane
      .as('viewer')
      .tasks.get({ id: first });
    expect({ status, holder }).toMatchObject({
      status: 'running',
      holder: { id: agent.id },
    });
  });

  it('never hold more than the session wants or the agent may, and go on when there is room', async () => {
    const capability = unique();
    const agent = await plane.agent({
      capabilities: [capability],
      maxConcurrent: 5,
    });
    const wanted = await addTasks(capability, 12);
    const one = await open(plane, agent, { hold: 2 });
    const other = await open(replica, agent, { hold: 10 });
    const done: string[] = [];
    let most = 0;
    await eventually(async () => {
      const held = [...one.tasks, ...other.tasks].filter(
        ({ id }) => !done.includes(id),
      );
      const ofOne = one.ids.filter(id => !done.includes(id));
      most = Math.max(most, held.length);
      expect(ofOne.length).toBeLessThanOrEqual(2);
      if (held.length > 0) {
        // Said to the other replica than the one that has the stream.
        await replica
          .withToken(agent.key)
          .tasks.complete({ id: held[0].id, attempt: held[0].attempt });
        done.push(held[0].id);
      }
      expect([...done].sort()).toEqual([...wanted].sort());
    }, 30_000);
    expect(most).toBeLessThanOrEqual(5);
    expect(done).toHaveLength(12);
  });

  it('follow what the agent says it wants to hold', async () => {
    const capability = unique();
    const agent = await plane.agent({ capabilities: [capability] });
    const listener = await open(plane, agent, { hold: 0 });
    await addTasks(capability, 3);
    await sleep(300);
    expect(listener.tasks).toEqual([]);
    await replica.withToken(agent.key).agents.setHold({
      id: agent.id,
      sessionId: listener.sessionId,
      hold: 2,
    });
    await eventually(async () => expect(listener.tasks).toHaveLength(2));
  });

  it('lose nothing when they break', async () => {
    const capability = unique();
    const agent = await plane.agent({
      capabilities: [capability],
      maxConcurrent: 100,
    });
    const client = plane.withToken(agent.key);
    const wanted = await addTasks(capability, 20);
    const sessionId = uuidv7();
    const done = new Set<string>();
    const until = Date.now() + 40_000;
    for (let round = 0; done.size < wanted.length; round++) {
      expect(Date.now()).toBeLessThan(until);
      const listener = await open(round % 2 ? plane : replica, agent, {
        sessionId,
        hold: 8,
      });
      await sleep(Math.random() * 100);
      listener.close();
      // What arrived is known; what did not goes back when the heartbeats do not name it.
      for (const { id, attempt } of listener.tasks) {
        await client.tasks.complete({ id, attempt }).then(
          () => {
            expect(done.has(id)).toBe(false);
            done.add(id);
          },
          error => expect(error.statusCode).toBe(409),
        );
      }
      await client.agents.heartbeat({ sessionId, running: [] });
    }
    expect([...done].sort()).toEqual([...wanted].sort());
  });

  it('end on every replica within seconds when the agent is stopped', async () => {
    const capability = unique();
    const agent = await plane.agent({ capabilities: [capability] });
    const here = await open(plane, agent);
    const there = await open(replica, agent);
    const sam = plane.as('supervisor');
    await sam.agents.kill({ id: agent.id, reason: 'it went wild' });
    await eventually(async () => {
      for (const listener of [here, there]) {
        expect(listener.end).toMatchObject({
          reason: 'refused',
          message: expect.stringContaining('it went wild'),
        });
        expect(listener.isOver).toBe(true);
      }
    });
    await expect(open(plane, agent)).rejects.toMatchObject({ statusCode: 403 });
  });

  it('end within seconds when all agents are stopped, or the key is rotated', async () => {
    const sam = plane.as('supervisor');
    const agent = await plane.agent();
    const rotated = await plane.agent();
    const listener = await open(replica, rotated);
    await sam.agents.rotateKey({ id: rotated.id, overlapSeconds: 0 });
    await eventually(async () => expect(listener.end?.reason).toBe('refused'));

    const other = await open(replica, agent);
    await sam.agents.setHalt({ halted: true, reason: 'test' });
    await eventually(async () => expect(other.end?.reason).toBe('refused'));
    await sam.agents.setHalt({ halted: false, reason: 'test' });
  });

  it('do not keep alive a session that nobody hears of', async () => {
    const capability = unique();
    const agent = await plane.agent({ capabilities: [capability] });
    const listener = await open(plane, agent);
    const [id] = await addTasks(capability, 1);
    await eventually(async () => expect(listener.ids).toEqual([id]));
    await eventually(
      async () => expect(listener.end?.reason).toBe('session-ended'),
      15_000,
    );
    await eventually(async () => {
      const { status } = await plane.as('viewer').tasks.get({ id });
      expect(status).toBe('queued');
    });
  });

  it('are one for each session, and refused for others', async () => {
    const agent = await plane.agent();
    const stranger = await plane.agent();
    const first = await open(plane, agent);
    const second = await open(replica, agent, { sessionId: first.sessionId });
    await eventually(async () => expect(first.end?.reason).toBe('replaced'));
    expect(second.isOver).toBe(false);
    await expect(
      open(plane, stranger, { sessionId: first.sessionId }),
    ).rejects.toMatchObject({ statusCode: 409 });
    await expect(
      open(plane, { id: agent.id, key: stranger.key }),
    ).rejects.toMatchObject({ statusCode: 403 });
  });

  it('are bounded for each agent', async () => {
    const agent = await plane.agent();
    for (let count = 0; count < 32; count++) {
      await open(plane, agent);
    }
    await expect(open(plane, agent)).rejects.toMatchObject({ statusCode: 429 });
  });

  it('give back what the agent has not begun', async () => {
    const capability = unique();
    const agent = await plane.agent({ capabilities: [capability] });
    const client = plane.withToken(agent.key);
    const listener = await open(plane, agent, { hold: 1 });
    const [id] = await addTasks(capability, 1);
    await eventually(async () => expect(listener.ids).toEqual([id]));
    await client.agents.setHold({
      id: agent.id,
      sessionId: listener.sessionId,
      hold: 0,
    });
    const attempts = [{ taskId: id, attempt: 1 }];
    const stranger = await plane.agent();
    await stranger.client.agents.returnTasks({
      id: stranger.id,
      tasks: attempts,
    });
    const status = async () =>
      (await plane.as('viewer').tasks.get({ id })).status;
    expect(await status()).toBe('running');
    await client.agents.returnTasks({ id: agent.id, tasks: attempts });
    expect(await status()).toBe('queued');
    await client.agents.returnTasks({ id: agent.id, tasks: attempts });
    expect(await status()).toBe('queued');
  });

  it('do not each ask the database when something comes that is not for them', async () => {
    const agents = await Promise.all(
      Array.from({ length: 60 }, () =>
        plane.agent({ capabilities: [unique()] }),
      ),
    );
    await Promise.all(agents.map(agent => open(plane, agent)));
    const sql = plane.sql();
    const transactions = async () => {
      const { rows } = await sql.raw(
        'select xact_commit::int as count from pg_stat_database where datname = current_database()',
      );
      return rows[0].count;
    };
    await sleep(1500);
    const before = await transactions();
    await addTasks(unique(), 20);
    await sleep(2500);
    const spent = (await transactions()) - before;
    await sql.destroy();
    // Sixty claims for each of twenty rings would be far beyond this.
    expect(spent).toBeLessThan(600);
  });

  it('end when their replica stops, and say so', async () => {
    const third = await TestControlPlane.start({
      databasePrefix: plane.databasePrefix,
    });
    const agent = await plane.agent();
    const listener = await open(third, agent);
    const started = Date.now();
    await third.stop();
    expect(Date.now() - started).toBeLessThan(5000);
    await eventually(async () => expect(listener.end?.reason).toBe('stopping'));
  });
});
