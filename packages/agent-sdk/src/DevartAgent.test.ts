import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlPlaneServer, TOKEN } from './__testUtils__/ControlPlaneServer';
import { until } from './__testUtils__/until';
import type { AgentOptions } from './AgentOptions';
import { DevartAgent } from './DevartAgent';
import { PermanentError } from './PermanentError';
import type { TaskContext, TaskHandler } from './TaskContext';
import { TaskDroppedError } from './TaskDroppedError';

jest.setTimeout(30_000);

describe.each(['stream', 'polling'] as const)('DevartAgent by %s', feed => {
  const itPolls = feed === 'polling' ? it : it.skip;
  let server: ControlPlaneServer;
  let said: string[];
  let agents: DevartAgent[];

  beforeEach(async () => {
    server = await ControlPlaneServer.start();
    server.streams = feed === 'stream';
    said = [];
    agents = [];
  });

  afterEach(async () => {
    await Promise.all(agents.map(agent => agent.stop({ graceMs: 0 })));
    await server.close();
    // eslint-disable-next-line jest/no-standalone-expect -- holds for every test
    expect(server.violations).toEqual([]);
  });

  function makeAgent(options: Partial<AgentOptions> = {}): DevartAgent {
    const say = (level: string) => (message: string) =>
      void said.push(`${level}: ${message}`);
    const agent = new DevartAgent({
      baseUrl: server.url,
      key: server.key,
      logger: {
        debug: say('debug'),
        info: say('info'),
        warn: say('warn'),
        error: say('error'),
      },
      retry: { baseMs: 20, maxMs: 200, refusedMs: 50, refusedMaxMs: 100 },
      logFlushMs: 20,
      progressIntervalMs: 20,
      ...options,
    });
    agents.push(agent);
    return agent;
  }

  function start(
    handler: TaskHandler,
    options: Partial<AgentOptions> = {},
  ): DevartAgent {
    const agent = makeAgent(options);
    void agent.startConsuming(handler);
    return agent;
  }

  const isWaiting = () =>
    server.openStreams > 0 || server.callsOf('agents.claim').length > 0;

  /** A handler that ends when told to, or when its task is dropped. */
  function heldHandler() {
    const contexts: TaskContext[] = [];
    let finish: () => void = () => {};
    const finished = new Promise<void>(resolve => {
      finish = resolve;
    });
    const handler: TaskHandler = async (_task, context) => {
      contexts.push(context);
      await Promise.race([
        finished,
        new Promise((_resolve, reject) =>
          context.signal.addEventListener('abort', () =>
            reject(context.signal.reason),
          ),
        ),
      ]);
      return { output: { done: true } };
    };
    return { handler, contexts, finish };
  }

  it('claims a task, says everything about it, and completes it', async () => {
    const task = server.addTask({ input: { name: 'Ada' } });
    start(async (claimed, context) => {
      context.log.info(`Hello ${claimed.input.name}`);
      context.log.warn('nul \u0000 and half a pair \ud800');
      context.progress(50, 'half way');
      await context.addArtifact({ name: 'a.txt', content: 'content' });
      await context.addArtifact({
        name: 'b.bin',
        content: new Uint8Array([1, 2, 3]).subarray(1),
      });
      await context.recordSolution('restarted it');
      await context.createSuccessor({ title: 'Next' });
      await context.createSuccessor({ title: 'And another' });
      expect(context.traceparent).toBe(claimed.traceparent);
      return { output: { greeting: 'Hello' }, summary: 'Greeted' };
    });

    await until('the task is done', () => task.status === 'succeeded');
    expect(task).toMatchObject({
      output: { greeting: 'Hello' },
      summary: 'Greeted',
      lines: ['Hello Ada', 'nul \ufffd and half a pair \ufffd'],
      progress: [{ percent: 50, message: 'half way' }],
      solutions: ['restarted it'],
    });
    expect(task.artifacts.get('a.txt')?.toString()).toBe('content');
    expect([...task.artifacts.get('b.bin')!]).toEqual([2, 3]);
    expect(task.successors.map(({ title }) => title)).toEqual([
      'Next',
      'And another',
    ]);
  });

  it('keeps to its concurrency and claims for free slots only', async () => {
    const tasks = Array.from({ length: 7 }, () => server.addTask());
    let now = 0;
    let most = 0;
    start(
      async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise(resolve => setTimeout(resolve, 30));
        now -= 1;
      },
      { concurrency: 3 },
    );

    await until('all are done', () =>
      tasks.every(task => task.status === 'succeeded'),
    );
    expect(most).toBe(3);
    expect(
      server.callsOf('agents.claim').every(({ input }) => input.max <= 3),
    ).toBe(true);
  });

  it('hears of new tasks while it waits for one', async () => {
    server.intervalSeconds = 5;
    server.leaseSeconds = 15;
    start(() => ({}));
    await until('it waits', isWaiting);

    const addedAt = Date.now();
    const task = server.addTask();
    await until('the task is done', () => task.status === 'succeeded');
    expect(Date.now() - addedAt).toBeLessThan(1000);
  });

  it('sends heartbeats as often as it is told, with what it works on', async () => {
    server.intervalSeconds = 0.2;
    const task = server.addTask();
    const { handler } = heldHandler();
    start(handler);

    await until(
      'there were heartbeats with the task',
      () =>
        server
          .callsOf('agents.heartbeat')
          .filter(({ input }) => input.running.length === 1).length >= 3,
    );
    const beats = server.callsOf('agents.heartbeat');
    expect(beats.at(-1)!.input.running).toEqual([
      { taskId: task.claimed.id, attempt: 1 },
    ]);
    expect(new Set(beats.map(({ input }) => input.sessionId)).size).toBe(1);
    const gaps = beats.slice(1).map((beat, i) => beat.at - beats[i].at);
    expect(Math.min(...gaps)).toBeGreaterThan(150);
    expect(task.status).toBe('running');
  });

  it('has no claim on its way while it lists what it works on', async () => {
    server.intervalSeconds = 0.15;
    const tasks = Array.from({ length: 17 }, () => server.addTask());
    server.interfere = ({ operation }) => {
      if (operation === 'agents.heartbeat' && tasks.length < 20) {
        // Comes when the list is made and has not been read.
        tasks.push(server.addTask());
      }
      return undefined;
    };
    start(() => new Promise(resolve => setTimeout(resolve, 40)), {
      concurrency: 2,
    });

    await until(
      'all are done',
      () =>
        tasks.length === 20 && tasks.every(task => task.status === 'succeeded'),
    );
    // A task that was handed out and not listed would have been taken back.
    expect(tasks.every(({ claimed }) => claimed.attempt === 1)).toBe(true);
    expect(server.callsOf('agents.heartbeat').length).toBeGreaterThan(2);
  });

  it('reports what a handler throws, to be tried again or not', async () => {
    const transient = server.addTask({ title: 'transient' });
    const permanent = server.addTask({ title: 'permanent' });
    start(({ title }) => {
      throw title === 'permanent'
        ? new PermanentError('never')
        : new Error('not now');
    });

    await until(
      'both failed',
      () => transient.errors.length === 1 && permanent.errors.length === 1,
    );
    expect(transient.errors).toEqual([{ error: 'not now', retryable: true }]);
    expect(permanent.errors).toEqual([{ error: 'never', retryable: false }]);
  });

  it('says so when its result is not accepted', async () => {
    const task = server.addTask();
    server.interfere = ({ operation }) =>
      operation === 'tasks.complete'
        ? { status: 413, message: 'too large' }
        : undefined;
    start(() => ({ output: {} }));

    await until('it failed', () => task.errors.length === 1);
    expect(task.errors[0]).toEqual({
      error: 'The result was not accepted: 413 too large',
      retryable: false,
    });
  });

  it('drops its result on 409 and goes on', async () => {
    const task = server.addTask();
    let runs = 0;
    start(async () => {
      runs += 1;
      if (runs === 1) {
        server.takeBack(task);
        await new Promise(resolve => setTimeout(resolve, 20));
        return { output: { from: 'first' } };
      }
      return { output: { from: 'second' } };
    });

    await until('the task is done', () => task.status === 'succeeded');
    expect(task.output).toEqual({ from: 'second' });
    expect(said.join('\n')).toMatch(/result of task .* is dropped: 409/);
  });

  it('aborts a handler whose task is cancelled, and says nothing more about it', async () => {
    server.intervalSeconds = 0.1;
    const task = server.addTask();
    const { handler, contexts } = heldHandler();
    start(handler);
    await until('it works', () => contexts.length === 1);

    server.cancel(task);
    const [{ signal }] = contexts;
    await until('it is aborted', () => signal.aborted);
    expect(signal.reason).toBeInstanceOf(TaskDroppedError);
    expect(signal.reason.reason).toBe('cancelled');
    await expect(
      contexts[0].addArtifact({ name: 'late', content: '' }),
    ).rejects.toThrow('cancelled');
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(server.callsOf('tasks.reportFailure')).toEqual([]);
    expect(server.callsOf('tasks.complete')).toEqual([]);
  });

  it('goes on working through an outage and delivers afterwards', async () => {
    const task = server.addTask();
    const { handler, contexts, finish } = heldHandler();
    start(handler);
    await until('it works', () => contexts.length === 1);

    await server.close();
    contexts[0].log.info('said in the dark');
    contexts[0].progress(70);
    const artifact = contexts[0].addArtifact({ name: 'a', content: 'a' });
    await until('it noticed', () => said.join().includes('Connection lost'));
    await server.listen();
    await artifact;
    finish();

    await until('the task is done', () => task.status === 'succeeded');
    expect(task.lines).toEqual(['said in the dark']);
    expect(task.claimed.attempt).toBe(1);
    const next = server.addTask();
    await until('the next is done', () => next.status === 'succeeded');
    expect(said.filter(line => line.includes('Connected as'))).toHaveLength(2);
  });

  it('delivers a result that became ready during the outage', async () => {
    const task = server.addTask();
    const { handler, contexts, finish } = heldHandler();
    start(handler);
    await until('it works', () => contexts.length === 1);

    await server.close();
    contexts[0].log.info('last words');
    finish();
    await until('it noticed', () => said.join().includes('Connection lost'));
    expect(task.status).toBe('running');
    await server.listen();

    await until('the task is done', () => task.status === 'succeeded');
    expect(task.lines).toEqual(['last words']);
  });

  it.each([502, 503, 504, 500])(
    'comes back after answers with %i',
    async status => {
      const task = server.addTask();
      let left = 4;
      server.interfere = () => {
        left -= 1;
        return left > 0 ? { status } : undefined;
      };
      start(() => ({}));
      await until('the task is done', () => task.status === 'succeeded');
      expect(server.calls.slice(0, 3).map(call => call.status)).toEqual([
        status,
        status,
        status,
      ]);
    },
  );

  it('waits as long as a 429 says', async () => {
    const task = server.addTask();
    let limited = false;
    server.interfere = ({ operation }) => {
      if (operation === 'tasks.complete' && !limited) {
        limited = true;
        return { status: 429, headers: { 'retry-after': '1' } };
      }
      return undefined;
    };
    start(() => ({}));

    await until('the task is done', () => task.status === 'succeeded');
    const [first, second] = server.callsOf('tasks.complete');
    expect(second.at - first.at).toBeGreaterThanOrEqual(990);
  });

  it('sends again what was taken although the connection was cut, without doubling it', async () => {
    const task = server.addTask();
    const cut = new Set<string>();
    server.interfere = ({ operation }) => {
      if (operation.startsWith('tasks.') && !cut.has(operation)) {
        cut.add(operation);
        return { cut: 'after' };
      }
      return undefined;
    };
    start(async (_task, context) => {
      context.log.info('once');
      await context.createSuccessor({ title: 'once' });
      return { output: { done: true } };
    });

    await until('the task is done', () =>
      server.callsOf('tasks.complete').some(({ status }) => status === 200),
    );
    expect(task.lines).toEqual(['once']);
    expect(task.successors).toHaveLength(1);
    expect(server.callsOf('tasks.appendLogs').length).toBeGreaterThan(1);
  });

  itPolls(
    'gives back at once what was handed out in an answer that was lost',
    async () => {
      const task = server.addTask();
      let cut = false;
      server.interfere = ({ operation }) => {
        if (operation === 'agents.claim' && !cut) {
          cut = true;
          return { cut: 'after' };
        }
        return undefined;
      };
      start(() => ({}));

      await until('the task is done', () => task.status === 'succeeded');
      // eslint-disable-next-line jest/no-standalone-expect -- itPolls makes a test
      expect(task.claimed.attempt).toBe(2);
    },
  );

  it('gives up waiting for a call that hangs', async () => {
    const task = server.addTask();
    let hung = false;
    server.interfere = ({ operation }) => {
      if (operation === 'tasks.complete' && !hung) {
        hung = true;
        return { hang: true };
      }
      return undefined;
    };
    // Taken down where the calls begin: on their way they are of any length.
    const began: number[] = [];
    start(() => ({}), {
      requestTimeoutMs: 300,
      fetch: async (input, init) => {
        if (String(input).endsWith('/complete')) {
          began.push(performance.now());
        }
        return fetch(input, init);
      },
    });
    await until('the task is done', () => task.status === 'succeeded');
    expect(began).toHaveLength(2);
    expect(began[1] - began[0]).toBeGreaterThanOrEqual(290);
  });

  it('asks no more than the backoff allows while nobody is there', async () => {
    await server.close();
    let asked = 0;
    start(() => ({}), {
      fetch: async (...args) => {
        asked += 1;
        return fetch(...args);
      },
    });
    await new Promise(resolve => setTimeout(resolve, 1000));
    // Delays up to 20, 40, 80, 160, 200, 200, ... ms.
    expect(asked).toBeGreaterThan(4);
    expect(asked).toBeLessThan(60);
  });

  it('waits for its activation, says so once, and asks slowly', async () => {
    server.agentStatus = 'pending';
    const task = server.addTask();
    const agent = start(() => ({}));
    await until('it asked', () => server.callsOf('agents.me').length > 3);
    expect(agent.mode).toBe('refused');
    expect(
      said.filter(line => line.includes('until a supervisor activates it')),
    ).toHaveLength(1);
    const asked = server.callsOf('agents.me');
    expect(asked[3].at - asked[2].at).toBeGreaterThanOrEqual(45);
    expect(server.callsOf('agents.heartbeat')).toEqual([]);

    server.agentStatus = 'idle';
    await until('the task is done', () => task.status === 'succeeded');
  });

  it('drops its work when all agents are stopped, and comes back after', async () => {
    server.intervalSeconds = 0.1;
    server.addTask();
    const { handler, contexts } = heldHandler();
    const agent = start(handler);
    await until('it works', () => contexts.length === 1);

    server.agentStatus = 'halted';
    await until('it is aborted', () => contexts[0].signal.aborted);
    expect(contexts[0].signal.reason.reason).toBe('refused');
    await until('it says so', () => said.join().includes('403'));

    server.agentStatus = 'idle';
    await until('it is back', () => agent.mode === 'consuming');
    await until('it works again', () => contexts.length === 2);
  });

  itPolls('finishes its work when only claims are refused', async () => {
    server.intervalSeconds = 0.2;
    const task = server.addTask();
    const { handler, contexts, finish } = heldHandler();
    server.interfere = ({ operation }) =>
      operation === 'agents.claim' && contexts.length > 0
        ? { status: 403, message: 'The agent is inactive' }
        : undefined;
    start(handler, { concurrency: 2 });
    await until('it is refused', () => said.join().includes('inactive'));
    const beats = server.callsOf('agents.heartbeat').length;
    await until(
      'heartbeats go on',
      () => server.callsOf('agents.heartbeat').length > beats + 1,
    );
    finish();
    await until('the task is done', () => task.status === 'succeeded');
    // eslint-disable-next-line jest/no-standalone-expect -- itPolls makes a test
    expect(contexts[0].signal.reason?.reason).not.toBe('refused');
  });

  it('says plainly that its key is refused, and asks slowly', async () => {
    const agent = start(() => ({}), { key: `dvk_${'x'.repeat(32)}` });
    await until('it asked again', () => server.callsOf('agents.me').length > 1);
    expect(agent.mode).toBe('refused');
    expect(said.join('\n')).toContain(
      'Refused: 401 The key is not the key of an agent',
    );
  });

  describe('stop', () => {
    it('lets handlers finish, claims no more, and closes its session', async () => {
      const task = server.addTask();
      const { handler, contexts, finish } = heldHandler();
      const agent = makeAgent();
      const consuming = agent.startConsuming(handler);
      await until('it works', () => contexts.length === 1);

      const stopped = agent.stop({ graceMs: 5000 });
      expect(agent.mode).toBe('stopping');
      const late = server.addTask();
      contexts[0].log.info('goodbye');
      finish();
      await stopped;
      await consuming;

      expect(agent.mode).toBe('stopped');
      expect(task).toMatchObject({ status: 'succeeded', lines: ['goodbye'] });
      expect(late.status).toBe('queued');
      const last = server.callsOf('agents.heartbeat').at(-1)!;
      expect(last.input).toMatchObject({ closing: true, running: [] });
      const calls = server.calls.length;
      await new Promise(resolve => setTimeout(resolve, 700));
      expect(server.calls).toHaveLength(calls);
    });

    it('sends heartbeats during the grace', async () => {
      server.intervalSeconds = 0.1;
      server.addTask();
      const { handler, contexts, finish } = heldHandler();
      const agent = start(handler);
      await until('it works', () => contexts.length === 1);

      const stopped = agent.stop({ graceMs: 5000 });
      const beats = server.callsOf('agents.heartbeat').length;
      await until(
        'heartbeats go on',
        () => server.callsOf('agents.heartbeat').length > beats + 2,
      );
      expect(server.callsOf('agents.heartbeat').at(-1)!.input.running).toEqual([
        expect.objectContaining({ attempt: 1 }),
      ]);
      finish();
      await stopped;
    });

    it('aborts what is not finished after the grace, sends its log lines, and gives it back', async () => {
      const task = server.addTask();
      const { handler, contexts } = heldHandler();
      const agent = start(handler);
      await until('it works', () => contexts.length === 1);
      contexts[0].log.info('so far');

      const startedAt = Date.now();
      await agent.stop({ graceMs: 100 });
      expect(Date.now() - startedAt).toBeLessThan(1000);
      expect(contexts[0].signal.reason.reason).toBe('stopping');
      expect(task).toMatchObject({ status: 'queued', lines: ['so far'] });
      expect(task.errors).toEqual([]);
    });

    it('shortens the grace when asked again', async () => {
      server.addTask();
      const { handler, contexts } = heldHandler();
      const agent = start(handler);
      await until('it works', () => contexts.length === 1);

      const startedAt = Date.now();
      const first = agent.stop({ graceMs: 60_000 });
      await Promise.all([first, agent.stop({ graceMs: 0 })]);
      expect(Date.now() - startedAt).toBeLessThan(1000);
    });

    it('does not wait for a handler that does not listen', async () => {
      server.addTask();
      let working = false;
      let end: () => void = () => {};
      const agent = start(() => {
        working = true;
        return new Promise<void>(resolve => {
          end = resolve;
        });
      });
      await until('it works', () => working);

      const startedAt = Date.now();
      await agent.stop({ graceMs: 0 });
      expect(Date.now() - startedAt).toBeLessThan(4000);
      expect(said.join()).toContain('does not stop');
      end();
    });

    it('ends although nobody is there to say goodbye to', async () => {
      const agent = start(() => ({}));
      await until('it waits', isWaiting);
      await server.close();
      const startedAt = Date.now();
      await agent.stop({ graceMs: 0 });
      expect(Date.now() - startedAt).toBeLessThan(7000);
    });
  });

  describe('enrolment', () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'devart-agent-'));
    });

    afterEach(() => rm(folder, { recursive: true }));

    const enrolment = (token?: string) => ({
      key: undefined,
      enrolment: {
        token,
        name: 'worker',
        capabilities: ['general'],
        keyFile: join(folder, 'deep', 'key'),
      },
    });

    it('gets a key once, keeps it for itself, and uses it again', async () => {
      const task = server.addTask();
      const agent = start(() => ({}), enrolment(TOKEN));
      await until('the task is done', () => task.status === 'succeeded');
      await agent.stop();

      const file = join(folder, 'deep', 'key');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await readFile(file, 'utf8')).trim()).toBe(server.key);

      const next = server.addTask();
      start(() => ({}), enrolment());
      await until('the next is done', () => next.status === 'succeeded');
      expect(server.callsOf('agents.enrol')).toHaveLength(1);
    });

    it('ends with the reason when it cannot enrol', async () => {
      await expect(
        makeAgent(enrolment('wrong')).startConsuming(() => ({})),
      ).rejects.toThrow('The enrolment token is not valid');
      await expect(
        makeAgent(enrolment()).startConsuming(() => ({})),
      ).rejects.toThrow('no enrolment token');
      server.enrolled = true;
      await expect(
        makeAgent(enrolment(TOKEN)).startConsuming(() => ({})),
      ).rejects.toThrow('there is an agent named worker');
      await writeFile(join(folder, 'deep'), 'a file where a folder must be');
      await expect(
        makeAgent(enrolment(TOKEN)).startConsuming(() => ({})),
      ).rejects.toThrow('cannot be read');
    });
  });

  it('has plain calls for those who consume by themselves', async () => {
    const task = server.addTask();
    const other = server.addTask();
    const agent = makeAgent();
    const claimed = await agent.claimTask({ waitSeconds: 1 });
    expect(claimed?.id).toBe(task.claimed.id);
    await agent.updateTaskStatus(claimed!, 'waiting', {
      waitingReason: 'input',
    });
    expect(task.status).toBe('waiting');

    const second = await agent.claimTask();
    expect(
      await agent.reportFailure(second!, 'no', { retryable: false }),
    ).toEqual({ status: 'dead_letter' });
    expect(other.errors).toEqual([{ error: 'no', retryable: false }]);
    expect(await agent.claimTask()).toBeUndefined();
  });

  it('refuses options that make no sense', () => {
    expect(() => new DevartAgent({ baseUrl: 'http://x' })).toThrow(
      'needs a key',
    );
    expect(
      () => new DevartAgent({ baseUrl: 'http://x', key: 'k', concurrency: 0 }),
    ).toThrow('concurrency');
  });
});
