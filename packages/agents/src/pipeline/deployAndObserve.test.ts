import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PipelineBench } from './__testUtils__/PipelineBench';

jest.setTimeout(120_000);

const SERVER = `
const http = require('node:http');
const answer = require('./answer.js');
http.createServer(answer).listen(Number(process.env.PORT), process.env.HOST);
`;

const answering = (status: number, delayMs: number = 0) =>
  `module.exports = (request, response) => setTimeout(() => {
     response.writeHead(${status});
     response.end();
   }, ${delayMs});`;

describe('deploy', () => {
  let bench: PipelineBench;

  beforeEach(() => {
    bench = new PipelineBench();
  });

  afterEach(() => bench.remove());

  const target = () => join(bench.deployFolder, 'shop');
  const current = () => {
    try {
      return readlinkSync(join(target(), 'current')).replace('releases/', '');
    } catch {
      return undefined;
    }
  };
  const deploy = (more: Record<string, unknown> = {}, options: object = {}) =>
    bench.run('deploy', { repository: 'shop', ...more }, options);
  const rollback = (more: Record<string, unknown> = {}, options: object = {}) =>
    bench.run(
      'deploy',
      { action: 'rollback', target: 'shop', ...more },
      options,
    );

  /** Commits a version of the service that answers in a certain way. */
  const commit = (answer: string, settings: string = '') =>
    bench.repository
      .write({
        'server.js': SERVER,
        'answer.js': answer,
        'devart.yaml': `start: node server.js\nhealthCheck:\n  path: /health\n  timeoutSeconds: 10\n${settings}`,
      })
      .commit();

  it('puts what was built beside what was there, and switches', async () => {
    const first = commit(
      answering(200),
      'build: mkdir out && cp *.js out && echo $DEVART_REVISION > out/revision\noutput: out\n',
    );
    const record = await deploy();
    expect(record.error).toBeUndefined();
    expect(record.output).toMatchObject({
      target: 'shop',
      action: 'deploy',
      changed: true,
      release: first,
      healthy: true,
    });
    expect(record.output?.previousRelease).toBeUndefined();
    expect(current()).toBe(first);
    expect(readdirSync(join(target(), 'current')).sort()).toEqual([
      'answer.js',
      'revision',
      'server.js',
    ]);

    const second = commit(
      answering(204),
      'build: mkdir out && cp *.js out\noutput: out\n',
    );
    const next = await deploy();
    expect(next.output).toMatchObject({
      release: second,
      previousRelease: first,
    });
    expect(current()).toBe(second);
  });

  it('takes a release back that is not healthy', async () => {
    const good = commit(answering(200));
    await deploy();
    commit(answering(503), '');
    const record = await deploy({
      healthCheck: { path: '/', timeoutSeconds: 2 },
    });
    expect(record.error).toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining(
        'is not healthy: / answers with status 503',
      ),
    });
    expect(current()).toBe(good);

    commit('process.exit(1)');
    const crashed = await deploy();
    expect(crashed.error?.message).toContain('does not listen on the port');
    expect(current()).toBe(good);
  });

  it('goes back to the release before, once for each task, and only from the release that is meant', async () => {
    const first = commit(answering(200));
    await deploy();
    const second = commit(answering(201));
    await deploy();

    const other = await rollback({ release: first });
    expect(other.output).toMatchObject({ changed: false, release: second });

    const back = await rollback({ release: second }, { id: 'undo' });
    expect(back.output).toMatchObject({
      changed: true,
      release: first,
      previousRelease: second,
    });
    expect(current()).toBe(first);
    // The answer was lost, and the task is done again.
    const again = await rollback({ release: second }, { id: 'undo' });
    expect(again.output).toMatchObject({ changed: false, release: first });
    expect(current()).toBe(first);

    const down = await rollback();
    expect(down.output).toMatchObject({ changed: true });
    expect(down.summary).toContain('Nothing is deployed');
    expect(current()).toBeUndefined();
  });

  it('runs the restart command of what it switches to', async () => {
    const trace = join(bench.root, 'trace');
    const settings = (name: string) => `restart: echo ${name} >> ${trace}\n`;
    commit(answering(200), settings('first'));
    await deploy();
    commit(answering(201), settings('second'));
    await deploy();
    await bench.run('deploy', { action: 'restart', target: 'shop' });
    await rollback();
    expect(readFileSync(trace, 'utf8')).toBe('first\nsecond\nsecond\nfirst\n');
  });

  it('keeps a few releases, and lets several tasks in one after the other', async () => {
    const releases: string[] = [];
    for (let index = 0; index < 4; index++) {
      releases.push(
        bench.repository.write({ 'a.txt': String(index) }).commit(),
      );
    }
    const records = await Promise.all(
      releases.map(revision =>
        deploy({ revision }, { limits: { keptReleases: 1 } }),
      ),
    );
    expect(records.map(({ error }) => error)).toEqual(
      releases.map(() => undefined),
    );
    const kept = readdirSync(join(target(), 'releases')).filter(
      name => !name.endsWith('.json'),
    );
    expect(kept).toContain(current());
    expect(kept.length).toBeLessThanOrEqual(3);
    expect(existsSync(join(target(), 'lock'))).toBe(false);
  });

  it('deploys no link that leads elsewhere, and nothing without a folder', async () => {
    bench.repository.link('passwd', '/etc/passwd').commit();
    const { error } = await deploy();
    expect(error?.message).toContain('The link passwd leads out');
    expect(current()).toBeUndefined();

    bench.environment.DEVART_AGENTS_DEPLOY_DIR = undefined;
    const nowhere = await deploy();
    expect(nowhere.error?.message).toContain('This agent deploys nothing');
    const wrong = await rollback({ target: '../x' });
    expect(wrong.error?.message).toContain('input.target: ');
  });

  it('is observed, and what is seen leads to a decision', async () => {
    commit(answering(200));
    await deploy();
    const observe = (more: Record<string, unknown> = {}) =>
      bench.run('observe', {
        target: 'shop',
        start: true,
        windowSeconds: 1,
        intervalMs: 40,
        ...more,
      });
    const decide = (observation: unknown, more: object = {}) =>
      bench.run('decide', { observation, ...more });

    const good = await observe();
    expect(good.error).toBeUndefined();
    expect(good.output).toMatchObject({ errors: 0, reachable: true });
    expect(good.output!.samples).toBeGreaterThan(5);
    expect(good.output!.latencyMs.p95).toBeGreaterThan(0);
    expect((await decide(good.output)).output).toMatchObject({
      action: 'none',
    });

    commit(answering(500, 30), 'restart: "true"\n');
    await deploy({ healthCheck: { command: 'true' } });
    const bad = await observe();
    expect(bad.output).toMatchObject({ errorRate: 1, reachable: true });
    const decision = await decide(bad.output);
    expect(decision.output).toMatchObject({ action: 'rollback' });
    expect(decision.output!.confidence).toBeGreaterThan(0.99);
    expect(decision.output!.reasons[0]).toMatch(/requests failed \(100.0 %\)/);

    // The only one there is, and it does not even listen.
    commit('process.exit(1)');
    await bench.run('deploy', {
      repository: 'shop',
      target: 'alone',
      healthCheck: { command: 'true' },
    });
    const dead = await observe({ target: 'alone' });
    expect(dead.output).toMatchObject({ reachable: false, errorRate: 1 });
    expect((await decide(dead.output)).output).toMatchObject({
      action: 'restart',
      reasons: expect.arrayContaining(['There was no answer at all']),
    });
  });

  it('is observed through its log, and only on this machine', async () => {
    bench.repository
      .write({
        'logs/app.log': [
          '2020-01-01T00:00:00Z ERROR long ago',
          `${new Date(Date.now() + 60_000).toISOString()} INFO fine`,
          `${new Date(Date.now() + 60_000).toISOString()} ERROR broken`,
          '    at somewhere',
        ].join('\n'),
      })
      .commit();
    await deploy();
    const seen = await bench.run('observe', {
      target: 'shop',
      log: 'logs/app.log',
    });
    expect(seen.output?.log).toEqual({
      lines: 3,
      errors: 1,
      errorRate: 1 / 3,
    });
    const elsewhere = await bench.run('observe', {
      target: 'shop',
      url: 'http://169.254.169.254/latest',
    });
    expect(elsewhere.error?.message).toContain('must be a URL on this machine');
  });
});
