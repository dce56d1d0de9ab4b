import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureChromium } from './lib/chromium.mts';
import { EmbeddedPostgres } from './lib/EmbeddedPostgres.mts';
import { local, root } from './lib/paths.mts';
import { Portal } from './lib/Portal.mts';
import { findFreePort } from './lib/ports.mts';
import { ensureRabbitmq, RabbitmqBroker } from './lib/RabbitmqBroker.mts';
import { runTool } from './lib/run.mts';
import { SetupError } from './lib/SetupError.mts';
import { StandInGithubProcess } from './lib/StandInGithubProcess.mts';

const help = `Checks everything, or only a part.

  script/test [part] [arguments]

  lint    formatting, ESLint and types
  unit    unit and integration tests on an embedded PostgreSQL and a RabbitMQ
          of their own;
          arguments go to Jest: script/test unit plugins/devart-backend -t claim
  e2e     the portal in Chromium, with the app as it is built for production;
          arguments go to Playwright: script/test e2e portal.test.ts --headed

  UPDATE_SCREENSHOTS=1   make the pictures of the documentation anew
  DEVART_CHROMIUM        the browser to use
  DEVART_RABBITMQ_SERVER the rabbitmq-server to use

Closes with a line "N passed, N failed". A check that is no test - formatting,
say - counts only when it fails.`;

interface Result {
  passed: number;
  failed: number;
}

type Part = 'lint' | 'unit' | 'e2e';

const parts: Part[] = ['lint', 'unit', 'e2e'];

/** Nothing in a test database must survive a power cut. */
const fastPostgres = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

/** What has to be stopped, however the run ends. */
const running: Array<{ stop(): Promise<void> }> = [];

async function main(): Promise<number> {
  const [first, ...rest] = process.argv.slice(2);
  if (first === '--help') {
    console.log(help);
    return 0;
  }
  if (first && !parts.includes(first as Part)) {
    throw new SetupError(`There is no part "${first}".\n\n${help}`);
  }
  const wanted = first ? [first as Part] : parts;
  const total: Result = { passed: 0, failed: 0 };
  const failures: string[] = [];

  const note = (name: string, result: Result) => {
    total.passed += result.passed;
    total.failed += result.failed;
    if (result.failed > 0) {
      failures.push(name);
    }
  };

  if (wanted.includes('unit')) {
    note('unit', await unit(rest));
  }
  // Browser tests leave one of two cores to whoever wants it.
  await Promise.all([
    wanted.includes('lint') &&
      lint().then(results =>
        results.forEach(([name, result]) => note(name, result)),
      ),
    wanted.includes('e2e') && e2e(rest).then(result => note('e2e', result)),
  ]);

  if (failures.length > 0) {
    console.log(`\nFailed: ${failures.join(', ')}`);
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return failures.length > 0 ? 1 : 0;
}

/** A check that is no test: its name, a program and what to call it with. */
type Check = [name: string, bin: string, args: string[]];

// One program of a lane runs at a time: two cores have something to do, and the
// memory of a small machine is enough.
const lintLanes: Check[][] = [
  [
    ['types', 'typescript/bin/tsc', []],
    ['types of the scripts', 'typescript/bin/tsc', ['--project', 'script']],
  ],
  [
    ['formatting', 'prettier/bin/prettier.cjs', ['--check', '.']],
    [
      'lint',
      '@backstage/cli/bin/backstage-cli',
      ['repo', 'lint', '--max-warnings=0'],
    ],
  ],
];

async function lint(): Promise<Array<[string, Result]>> {
  const results = await Promise.all(
    lintLanes.map(async checks => {
      const lane: Array<[string, Result]> = [];
      for (const check of checks) {
        lane.push([check[0], await run(check)]);
      }
      return lane;
    }),
  );
  return results.flat();
}

async function run([name, bin, args]: Check): Promise<Result> {
  const started = Date.now();
  const { ok, output } = await runTool(bin, args, {
    quiet: true,
    lowPriority: true,
  });
  if (!ok) {
    console.log(output);
  }
  say(`${name}: ${ok ? 'ok' : 'FAILED'} (${seconds(started)})`);
  return { passed: 0, failed: ok ? 0 : 1 };
}

async function unit(args: string[]): Promise<Result> {
  const folder = path.join(local, 'test');
  const report = path.join(folder, 'jest.json');
  fs.mkdirSync(folder, { recursive: true });
  fs.rmSync(report, { force: true });

  // What Backstage's own helpers leave behind when CI is set.
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'devart-test-'));
  running.push({
    stop: async () => fs.rmSync(temporary, { recursive: true, force: true }),
  });

  const rabbitmq = ensureRabbitmq(say);
  const postgresFolder = path.join(folder, 'postgres');
  await EmbeddedPostgres.remove(postgresFolder);
  const postgres = await EmbeddedPostgres.start({
    folder: postgresFolder,
    logFile: path.join(folder, 'postgres.log'),
    settings: fastPostgres,
  });
  running.push(postgres);
  const broker = await RabbitmqBroker.start({
    server: rabbitmq,
    folder: path.join(folder, 'rabbitmq'),
  });
  running.push(broker);

  await runTool(
    '@backstage/cli/bin/backstage-cli',
    [
      ...['repo', 'test', '--json', `--outputFile=${report}`],
      // More than there are cores: half of the time a test waits for the
      // database, for Git or for another process.
      ...(args.length === 0
        ? [`--maxWorkers=${os.availableParallelism() + 1}`]
        : args),
    ],
    {
      env: {
        // Without it the tests would wait for changes of the sources.
        CI: process.env.CI ?? '1',
        RUNNER_TEMP: temporary,
        DEVART_TEST_POSTGRES_URL: postgres.url(),
        DEVART_TEST_AMQP_URL: broker.url,
        DEVART_TEST_AMQP_CONTROL_URL: broker.controlUrl,
      },
    },
  );
  await broker.stop();
  await postgres.stop();

  const result = readReport(report);
  if (!result) {
    return { passed: 0, failed: 1 };
  }
  return {
    passed: result.numPassedTests,
    // A file that cannot even be loaded holds no test that could fail.
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
  };
}

async function e2e(args: string[]): Promise<Result> {
  const chromium = ensureChromium(say);
  const folder = path.join(local, 'e2e');
  const report = path.join(folder, 'playwright.json');
  fs.mkdirSync(folder, { recursive: true });
  fs.rmSync(report, { force: true });

  const ports = { app: await findFreePort(), backend: await findFreePort() };
  if (!(await buildApp())) {
    return { passed: 0, failed: 1 };
  }
  const github = await StandInGithubProcess.start(folder);
  running.push(github);
  const portal = new Portal({
    folder,
    ports,
    fresh: true,
    configs: [github.configFile],
    postgresSettings: fastPostgres,
    say,
  });
  running.push(portal);
  await portal.start();

  const backendUrl = `http://localhost:${ports.backend}`;
  await runTool(
    '@playwright/test/cli.js',
    [
      'test',
      '--config=e2e/playwright.config.ts',
      '--reporter=list,json',
      ...args,
    ],
    {
      env: {
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
        DEVART_CHROMIUM: chromium,
        DEVART_E2E_GITHUB_URL: github.controlUrl,
        // The back end serves what was built.
        DEVART_E2E_URL: backendUrl,
        DEVART_E2E_BACKEND_URL: backendUrl,
        DEVART_E2E_DEVELOPMENT_URL: portal.url,
      },
    },
  );
  await portal.stop();
  await github.stop();

  const result = readReport(report);
  if (!result) {
    return { passed: 0, failed: 1 };
  }
  const { expected, flaky, unexpected } = result.stats;
  return {
    passed: expected + flaky,
    failed: unexpected + result.errors.length,
  };
}

/**
 * Builds the app as for production. A page of it is there in a fraction of the
 * time that the development server takes, which sends thousands of modules.
 */
async function buildApp(): Promise<boolean> {
  const started = Date.now();
  const folder = path.join(root, 'packages/app');
  // A back end that is started later would serve it, however old it is by then.
  running.push({
    stop: async () =>
      fs.rmSync(path.join(folder, 'dist'), { recursive: true, force: true }),
  });
  const { ok, output } = await runTool(
    '@backstage/cli/bin/backstage-cli',
    ['package', 'build'],
    { cwd: folder, quiet: true },
  );
  if (!ok) {
    console.log(output);
  }
  say(`build of the app: ${ok ? 'ok' : 'FAILED'} (${seconds(started)})`);
  return ok;
}

/** Undefined when the runner died before it wrote one. */
function readReport(file: string) {
  return fs.existsSync(file)
    ? JSON.parse(fs.readFileSync(file, 'utf8'))
    : undefined;
}

function say(line: string) {
  console.log(`test: ${line}`);
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

async function stopAll() {
  await Promise.all(running.map(part => part.stop()));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, async () => {
    await stopAll();
    process.exit(130);
  });
}

process.chdir(root);
let exitCode = 1;
try {
  exitCode = await main();
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  console.log('0 passed, 1 failed');
} finally {
  await stopAll();
}
process.exit(exitCode);
