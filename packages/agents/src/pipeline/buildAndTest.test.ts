import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PipelineBench } from './__testUtils__/PipelineBench';

jest.setTimeout(120_000);

describe('build and test', () => {
  let bench: PipelineBench;

  beforeEach(() => {
    bench = new PipelineBench();
  });

  afterEach(() => bench.remove());

  const input = (more: Record<string, unknown> = {}) => ({
    repository: 'shop',
    ...more,
  });

  it('do what package.json says, at the revision that is asked for', async () => {
    const first = bench.repository
      .write({
        'package.json': JSON.stringify({
          scripts: { build: 'node build.js', test: 'node --test' },
        }),
        'build.js': 'console.log("built", process.cwd())',
        'a.test.js': `
          const { test } = require('node:test');
          test('adds', () => {});
          test('skips', { skip: true }, () => {});
        `,
      })
      .commit();
    bench.repository.write({ 'build.js': 'process.exit(3)' }).commit();

    const built = await bench.run('build', input({ revision: first }));
    expect(built.error).toBeUndefined();
    expect(built.output).toMatchObject({
      revision: first,
      system: 'npm',
      commands: [{ command: 'npm run build', exitCode: 0 }],
    });
    expect(built.artifacts.get('build.log')).toContain('built');
    // Nobody learns where on the machine that was.
    expect(built.lines.join('\n')).not.toContain(bench.root);

    const failed = await bench.run('build', input());
    expect(failed.error).toMatchObject({
      name: 'PermanentError',
      message: '`npm run build` failed: exit code 3',
    });
    expect(failed.artifacts.get('build.log')).toContain('exit code 3');

    const tested = await bench.run('test', input());
    expect(tested.output?.tests).toEqual({
      total: 2,
      passed: 1,
      failed: 0,
      skipped: 1,
      source: 'output',
      failures: [],
    });
    expect(tested.summary).toMatch(/^1 of 2 tests passed, 1 skipped/);
  });

  it('believe a report in the format of JUnit before what was printed', async () => {
    bench.repository
      .write({
        'sub/devart.yaml': 'test: ./run.sh',
        'sub/run.sh': `#!/bin/sh
echo "Tests:  99 passed, 99 total"
mkdir -p build/test-results
cat > build/test-results/one.xml <<XML
<testsuites><testsuite name="s" tests="3">
  <testcase classname="Cart" name="adds"/>
  <testcase classname="Cart" name="removes &amp; adds"><failure message="no"/></testcase>
  <testcase classname="Cart" name="later"><skipped/></testcase>
</testsuite></testsuites>
XML
cat > "$DEVART_REPORTS/two.xml" <<XML
<testsuite><testcase name="alone"/></testsuite>
XML
exit 1
`,
      })
      .git('update-index', '--add', '--chmod=+x', 'sub/run.sh');
    bench.repository.git('add', 'sub/devart.yaml');
    bench.repository.git('commit', '--quiet', '--message', 'Add tests');

    const record = await bench.run('test', input({ path: 'sub' }));
    expect(record.error).toMatchObject({
      name: 'PermanentError',
      message:
        '1 of 4 tests failed: Cart removes & adds. `./run.sh` failed: exit code 1',
    });
    expect([...record.artifacts.keys()]).toEqual([
      'test.log',
      'junit-1.xml',
      'junit-2.xml',
    ]);
  });

  it('show the code nothing of the agent but what was named', async () => {
    bench.repository.write({ 'a.txt': '' }).commit();
    bench.environment.NAMED = 'passed-on';
    bench.environment.HTTP_PROXY = 'http://me:do-not-tell@proxy.example';
    bench.environment.DEVART_AGENTS_RUN_ENVIRONMENT = 'NAMED';

    const record = await bench.run('build', input({ commands: 'env; pwd' }));
    const shown = record.lines.join('\n');
    expect(shown).toContain('NAMED=passed-on');
    expect(shown).toContain('CI=true');
    expect(shown).not.toContain('do-not-tell');
    expect(shown).toMatch(/HOME=…\/home/);
  });

  it('end everything that commands have started, in time', async () => {
    bench.repository.write({ 'a.txt': '' }).commit();
    const beat = join(bench.root, 'beat');
    const beating = `(trap "" TERM; while :; do date +%s%N > ${beat}; sleep 0.05; done) &`;

    const slow = await bench.run(
      'build',
      input({ commands: `${beating} sleep 60`, timeoutSeconds: 1 }),
    );
    expect(slow.error?.message).toContain('took too long');
    // It can be tried again: the machine may have been busy.
    expect(slow.error?.name).toBe('Error');
    await expectStill(beat);

    // What is left in the background ends with the command.
    const left = await bench.run(
      'build',
      input({ commands: `${beating} sleep 0.3` }),
    );
    expect(left.error).toBeUndefined();
    await expectStill(beat);

    const cancelled = new AbortController();
    const reason = new Error('cancelled');
    const record = await bench.run(
      'build',
      input({ commands: `${beating} echo up; sleep 60` }),
      {
        signal: cancelled.signal,
        onLine: line => {
          if (line === 'up') {
            cancelled.abort(reason);
          }
        },
      },
    );
    expect(record.error).toBe(reason);
    await expectStill(beat);
  });

  it('show and keep only so much of what is printed', async () => {
    bench.repository.write({ 'a.txt': '' }).commit();
    const record = await bench.run(
      'build',
      input({ commands: 'seq 1 100000; printf "%0200000d" 1; echo; echo end' }),
      { limits: { logLines: 50, logBytes: 10_000 } },
    );
    expect(record.lines.length).toBeLessThan(60);
    const log = record.artifacts.get('build.log')!;
    expect(log.length).toBeLessThan(16_000);
    expect(log).toMatch(/^\$ seq 1 100000[\s\S]*lines left out[\s\S]*\nend\n/);
  });

  it('run nothing of a repository that nobody has named', async () => {
    bench.repository.write({ 'a.txt': '' }).commit();
    const outside = join(bench.root, 'outside');
    bench.repository.git('clone', '--quiet', '.', outside);
    symlinkSync(outside, join(bench.root, 'allowed', 'link'));

    for (const repository of [
      outside,
      `file://${outside}`,
      '../outside',
      'link',
      'missing',
      'https://example.com/a.git',
    ]) {
      const { error } = await bench.run('build', {
        repository,
        commands: 'true',
      });
      expect(error).toMatchObject({
        name: 'PermanentError',
        message: expect.stringContaining('DEVART_AGENTS_RUN_REPOSITORIES'),
      });
    }

    bench.environment.DEVART_AGENTS_RUN_REPOSITORIES = undefined;
    const { error } = await bench.run('build', input({ commands: 'true' }));
    expect(error?.message).toMatch(/^This agent runs no code: /);
  });

  it('follow no link out of the repository', async () => {
    const secret = join(bench.root, 'secret');
    writeFileSync(secret, 'build: "echo TOP-SECRET"');
    bench.repository.link('devart.yaml', secret).link('up', bench.root);
    bench.repository.commit();

    const { error, lines } = await bench.run('build', input());
    expect(error?.message).toMatch(/^Nothing says how to build this project/);
    expect(lines.join()).not.toContain('TOP-SECRET');
    const up = await bench.run('build', input({ path: 'up', commands: 'ls' }));
    expect(up.error?.message).toBe("The repository has no folder 'up'");
  });

  it('say what is wrong with a task or with devart.yaml', async () => {
    bench.repository.write({ 'devart.yaml': 'build: []\n' }).commit();
    const messages = await Promise.all(
      [
        ['build', {}],
        ['build', input({ path: '../x' })],
        ['build', input({ revision: 'gone', commands: 'true' })],
        ['paint', input()],
      ].map(async ([capability, given]) => {
        const { error } = await bench.run(capability as string, given as {});
        expect(error?.name).toBe('PermanentError');
        return error!.message;
      }),
    );
    expect(messages).toEqual([
      expect.stringContaining('input.repository: '),
      expect.stringContaining('input.path: must be a path inside'),
      "The repository has no revision 'gone'",
      expect.stringContaining('exactly one of build, test, deploy'),
    ]);
    const { error } = await bench.run('build', input());
    expect(error?.message).toContain('devart.yaml is wrong: build: ');
  });

  it('suit the service that ships as an example', async () => {
    const root = resolve(__dirname, '../../../..');
    const service = 'examples/services/hello-service';
    const files = ['package.json', 'devart.yaml', 'src/greet.js'].concat([
      'src/createServer.js',
      'src/server.js',
      'scripts/build.js',
      'test/greet.test.js',
      'test/createServer.test.js',
    ]);
    bench.repository
      .write(
        Object.fromEntries(
          files.map(file => [
            join(service, file),
            readFileSync(join(root, service, file)),
          ]),
        ),
      )
      .commit();
    expect(existsSync(join(root, service))).toBe(true);

    const built = await bench.run('build', input({ path: service }));
    expect(built.error).toBeUndefined();
    const tested = await bench.run('test', input({ path: service }));
    expect(tested.output?.tests).toMatchObject({ passed: 6, failed: 0 });
  });
});

/** Waits until a file has stopped changing, which is at once when nobody writes it. */
async function expectStill(file: string): Promise<void> {
  const before = readFileSync(file, 'utf8');
  await new Promise(done => setTimeout(done, 300));
  expect(readFileSync(file, 'utf8')).toBe(before);
}
