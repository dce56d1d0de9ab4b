import { setTimeout as sleep } from 'node:timers/promises';
import { ControlPlaneServer } from './__testUtils__/ControlPlaneServer';
import { until } from './__testUtils__/until';
import type { AgentOptions } from './AgentOptions';
import { DevartAgent } from './DevartAgent';
import type { TaskHandler } from './TaskContext';

jest.setTimeout(30_000);

describe('an agent with a stream', () => {
  let server: ControlPlaneServer;
  let agents: DevartAgent[];
  let said: string[];

  beforeEach(async () => {
    server = await ControlPlaneServer.start();
    // Leases that no slow machine loses.
    server.intervalSeconds = 2;
    server.leaseSeconds = 6;
    agents = [];
    said = [];
  });

  afterEach(async () => {
    await Promise.all(agents.map(agent => agent.stop({ graceMs: 0 })));
    await server.close();
    // eslint-disable-next-line jest/no-standalone-expect -- holds for every test
    expect(server.violations).toEqual([]);
  });

  function start(
    handler: TaskHandler,
    options: Partial<AgentOptions> = {},
  ): DevartAgent {
    const say = (message: string) => void said.push(message);
    const agent = new DevartAgent({
      baseUrl: server.url,
      key: server.key,
      logger: { debug: say, info: say, warn: say, error: say },
      retry: {
        baseMs: 20,
        maxMs: 200,
        refusedMs: 50,
        refusedMaxMs: 100,
        withoutStreamMs: 300,
      },
      logFlushMs: 20,
      ...options,
    });
    agents.push(agent);
    void agent.startConsuming(handler);
    return agent;
  }

  const done = () =>
    [...server.tasks.values()].filter(({ status }) => status === 'succeeded')
      .length;

  it('does not ask for tasks', async () => {
    start(() => ({}));
    await until('the stream is open', () => server.openStreams === 1);
    for (let count = 0; count < 5; count++) {
      server.addTask();
    }
    await until('all are done', () => done() === 5);
    expect(server.callsOf('agents.claim')).toEqual([]);
  });

  it('has the next task there when tasks are quick, and no more than it said', async () => {
    let most = 0;
    const agent = start(
      async () => {
        most = Math.max(most, agent.runningTasks.length);
        await sleep(5);
      },
      { prefetch: 3 },
    );
    for (let count = 0; count < 60; count++) {
      server.addTask();
    }
    await until('all are done', () => done() === 60);
    expect(server.callsOf('agents.setHold').at(-1)!.input.hold).toBe(4);
    expect(
      [...server.tasks.values()].every(({ claimed }) => claimed.attempt === 1),
    ).toBe(true);
    expect(most).toBeGreaterThanOrEqual(1);
  });

  it('holds nothing in reserve before it knows that tasks are quick', async () => {
    const tasks = [server.addTask(), server.addTask(), server.addTask()];
    start((_task, { signal }) => sleep(60_000, undefined, { signal }));
    await until('one is begun', () => tasks[0].status === 'running');
    await sleep(300);
    expect(tasks.map(({ status }) => status)).toEqual([
      'running',
      'queued',
      'queued',
    ]);
  });

  it('gives back what would wait for long', async () => {
    let quick = true;
    start((_task, { signal }) =>
      quick ? {} : sleep(60_000, undefined, { signal }).then(() => ({})),
    );
    for (let count = 0; count < 10; count++) {
      server.addTask();
    }
    await until('it is quick', () => done() === 10);
    await until('it says so', () =>
      server.callsOf('agents.setHold').some(({ input }) => input.hold === 3),
    );
    quick = false;
    const slow = [server.addTask(), server.addTask(), server.addTask()];
    await until('it holds them', () =>
      slow.every(({ status }) => status === 'running'),
    );
    await until('it gives two back', () =>
      slow.slice(1).every(({ status }) => status === 'queued'),
    );
    expect(slow[0].status).toBe('running');
    expect(server.callsOf('agents.setHold').at(-1)!.input.hold).toBe(1);
  });

  it('gives what it has not begun back at once when it is stopped', async () => {
    server.intervalSeconds = 0.3;
    let block: (() => void) | undefined;
    let blocking = false;
    const agent = start(
      () =>
        blocking
          ? new Promise<void>(resolve => {
              block = resolve;
            })
          : undefined,
      { prefetch: 2 },
    );
    for (let count = 0; count < 10; count++) {
      server.addTask();
    }
    await until('it is quick', () => done() === 10);
    blocking = true;
    const tasks = [server.addTask(), server.addTask(), server.addTask()];
    await until('it holds them', () => {
      const beat = server.callsOf('agents.heartbeat').at(-1);
      return tasks.every(({ claimed }) =>
        beat?.input.running.some(
          ({ taskId }: { taskId: string }) => taskId === claimed.id,
        ),
      );
    });
    const stopped = agent.stop({ graceMs: 10_000 });
    await until('two are back', () =>
      tasks.slice(1).every(({ status }) => status === 'queued'),
    );
    expect(tasks[0].status).toBe('running');
    block!();
    await stopped;
    expect(tasks[0].status).toBe('succeeded');
  });

  it('opens another stream when one breaks, however it ends', async () => {
    start(() => ({}));
    await until('the stream is open', () => server.openStreams === 1);
    const goesOnAfter = async (reason?: string) => {
      server.endStreams(reason);
      const task = server.addTask();
      await until('the task is done', () => task.status === 'succeeded');
      await until('the stream is open again', () => server.openStreams === 1);
    };
    await goesOnAfter();
    await goesOnAfter('stopping');
    await goesOnAfter('renew');
    await goesOnAfter('session-ended');
    expect(done()).toBe(4);
  });

  it('asks for tasks while there is no stream, and takes the stream when there is', async () => {
    server.streams = false;
    start(() => ({}));
    const first = server.addTask();
    await until('the task is done', () => first.status === 'succeeded');
    expect(server.callsOf('agents.claim').length).toBeGreaterThan(0);
    server.streams = true;
    await until('the stream is open', () => server.openStreams === 1);
    const asked = server.callsOf('agents.claim').length;
    const second = server.addTask();
    await until('the task is done', () => second.status === 'succeeded');
    expect(server.callsOf('agents.claim').length).toBeLessThanOrEqual(
      asked + 1,
    );
  });

  it('asks for tasks when something on the way holds the stream back', async () => {
    const task = server.addTask();
    start(() => ({}), {
      fetch: async (input, init) =>
        String(input).includes('/stream')
          ? new Response('<html>', {
              headers: { 'content-type': 'text/html' },
            })
          : fetch(input, init),
    });
    await until('the task is done', () => task.status === 'succeeded');
    expect(said.join('\n')).toContain('answered with text/html instead');
  });

  it('says why it has no tasks when it is refused, and comes back', async () => {
    const agent = start(() => ({}));
    await until('the stream is open', () => server.openStreams === 1);
    server.agentStatus = 'halted';
    server.endStreams('refused');
    await until('it is refused', () => agent.mode === 'refused');
    expect(said.join('\n')).toContain('because of refused');
    server.agentStatus = 'idle';
    const task = server.addTask();
    await until('the task is done', () => task.status === 'succeeded');
  });

  it('refuses a prefetch that makes no sense', () => {
    expect(
      () => new DevartAgent({ baseUrl: 'http://x', key: 'k', prefetch: -1 }),
    ).toThrow('prefetch');
  });
});
