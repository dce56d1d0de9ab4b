import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import pg from 'pg';
import type { EmbeddedPostgres } from '../lib/EmbeddedPostgres.mts';
import { percentile, rounded } from '../lib/statistics.mts';

// The packages of the workspace, and knex, are CommonJS.
const require = createRequire(import.meta.url);
/** See plugins/devart-backend/dev/BenchRuns.ts, which belongs to another project of TypeScript. */
interface BenchRuns {
  publish(source: string): Promise<string>;
  run(workflowId: string): Promise<void>;
  failures(): Promise<number>;
  stop(): Promise<void>;
}
const { BenchRuns } = require('../../plugins/devart-backend/dev/BenchRuns') as {
  BenchRuns: {
    start(options: {
      postgresUrl: string;
      connections: number;
    }): Promise<BenchRuns>;
  };
};
const knexFactory = require('knex') as typeof import('knex').knex;
const { DBOS } =
  require('@dbos-inc/dbos-sdk') as typeof import('@dbos-inc/dbos-sdk');

const ROUNDS = 5;
/** Before anything counts: code is compiled, connections are open, plans are made. */
const WARM_UP_RUNS = 150;
const LATENCY_RUNS = 40;
const THROUGHPUT_RUNS = 1000;
/** Runs that are under way at once where throughput is measured. */
const CONCURRENCY = 100;
const FAN_OUT = 50;
const POOL = 10;

/** What `script/bench workflow` measures. */
export interface WorkflowFigures {
  threeStepMedianMs: number;
  threeStepP99Ms: number;
  /** The same rows without an engine: one statement and its commit. */
  threeStepBareSqlMedianMs: number;
  tenStepMedianMs: number;
  fanOutMedianMs: number;
  runsPerSecond: number;
  /** How many times faster than DBOS. */
  ratios: {
    threeStepVsDbos: number;
    threeStepCheckpointedVsDbos: number;
    tenStepVsDbos: number;
    fanOutVsDbos: number;
    runsPerSecondVsDbos: number;
  };
}

/** One way to run one shape of workflow, from its start until its end is stored. */
interface Contender {
  name: string;
  steps: number;
  run: () => Promise<void>;
}

/** A chain of steps, each of which gets the number before and hands on the next. */
function chain(length: number, step: (index: number) => string): string {
  return Array.from(
    { length },
    (_, index) => `    - id: s${index}
${index > 0 ? `      needs: s${index - 1}\n` : ''}${step(index)}`,
  ).join('\n');
}

/** A step that the engine works out by itself. */
const computed = (index: number) => `      wait: { for: 0s }
      outputs: { n: "\${{ ${index > 0 ? `steps.s${index - 1}.outputs.n` : '0'} + 1 }}" }`;

/** A step that calls a function; harmless ones need not be written down before they are done. */
const performed = (sideEffect: string) => (index: number) =>
  `      sideEffect: ${sideEffect}
      operation: { id: portal.me }
      outputs: { n: "\${{ ${index > 0 ? `steps.s${index - 1}.outputs.n` : '0'} + result.one }}" }`;

const fanOut = `    - id: plan
      wait: { for: 0s }
      outputs: { items: [${Array.from({ length: FAN_OUT }, (_, n) => n).join(', ')}] }
    - id: each
      needs: plan
      matrix: { n: "\${{ steps.plan.outputs.items }}" }
      sideEffect: none
      operation: { id: portal.me }
      outputs: { n: "\${{ matrix.n + result.one }}" }
    - id: join
      needs: each
      wait: { for: 0s }
      outputs: { all: "\${{ steps.each.outputs.map(o, o.n) }}" }`;

/** A workflow of devart; its run is over when its end is stored. */
async function devartContender(
  devart: BenchRuns,
  options: { name: string; steps: number; written: string },
): Promise<Contender> {
  const { name, steps, written } = options;
  const id = await devart.publish(`apiVersion: devart.ai/v1alpha1
kind: Workflow
metadata: { name: bench-${name.replaceAll(/[^a-z0-9]+/g, '-')} }
spec:
  version: 1.0.0
  steps:
${written}
`);
  return { name, steps, run: () => devart.run(id) };
}

/** The same shapes with DBOS: every step is a function whose result it stores. */
async function startDbos(postgresUrl: string) {
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: postgresUrl,
    systemDatabasePoolSize: POOL,
    logLevel: 'error',
    runAdminServer: false,
  });
  const add = async (n: number) => n + 1;
  const inARow = (length: number) =>
    DBOS.registerWorkflow(
      async () => {
        let n = 0;
        for (let index = 0; index < length; index++) {
          n = await DBOS.runStep(() => add(n), { name: `s${index}` });
        }
        return n;
      },
      { name: `chain${length}` },
    );
  const three = inARow(3);
  const ten = inARow(10);
  const spread = DBOS.registerWorkflow(
    async () => {
      const items = await DBOS.runStep(
        async () => Array.from({ length: FAN_OUT }, (_, n) => n),
        { name: 'plan' },
      );
      const all = await Promise.all(
        items.map(n => DBOS.runStep(() => add(n), { name: 'each' })),
      );
      return DBOS.runStep(async () => all, { name: 'join' });
    },
    { name: 'fanOut' },
  );
  await DBOS.launch();
  return {
    three: {
      name: 'DBOS, 3 steps',
      steps: 3,
      run: async () => void (await three()),
    },
    ten: {
      name: 'DBOS, 10 steps',
      steps: 10,
      run: async () => void (await ten()),
    },
    fanOut: {
      name: `DBOS, 1 to ${FAN_OUT} to 1`,
      steps: FAN_OUT + 2,
      run: async () => void (await spread()),
    },
    stop: () => DBOS.shutdown(),
  };
}

/**
 * The least that PostgreSQL asks for a run of three steps that must not be lost:
 * its rows, plain and in one statement, and one commit.
 */
async function startBare(postgresUrl: string) {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(
    `create table bare_runs (id uuid primary key, name text);
     create table bare_steps (run_id uuid, step int, output jsonb, primary key (run_id, step))`,
  );
  return {
    three: {
      name: 'bare SQL, 3 steps',
      steps: 3,
      run: async () =>
        void (await client.query({
          name: 'bare',
          text: `with run as (insert into bare_runs values ($1, 'bench') returning id)
            insert into bare_steps select id, step, '{"n": 1}' from run, generate_series(1, 3) as step`,
          values: [randomUUID()],
        })),
    },
    stop: () => client.end(),
  };
}

async function latencies({ run }: Contender, count: number): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const from = performance.now();
    await run();
    samples.push(performance.now() - from);
  }
  return samples;
}

/** Runs a second with so many under way at once. */
async function throughput({ run }: Contender, count: number): Promise<number> {
  let left = count;
  const from = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) {
        await run();
      }
    }),
  );
  return (count / (performance.now() - from)) * 1000;
}

/** Runs of trivial steps, in one process with DBOS, on one server, rounds interleaved. */
export async function benchWorkflow(options: {
  postgres: EmbeddedPostgres;
  folder: string;
  say: (line: string) => void;
}): Promise<WorkflowFigures> {
  const { postgres, say } = options;
  const admin = knexFactory({ client: 'pg', connection: postgres.url() });
  await admin.raw('create database bench_devart');
  await admin.raw('create database bench_dbos');
  await admin.destroy();
  const devart = await BenchRuns.start({
    postgresUrl: postgres.url('bench_devart'),
    connections: POOL,
  });
  const dbos = await startDbos(postgres.url('bench_dbos'));
  const bare = await startBare(postgres.url('bench_devart'));
  try {
    const make = (name: string, steps: number, written: string) =>
      devartContender(devart, { name, steps, written });
    const contenders = {
      computed: await make('computed', 3, chain(3, computed)),
      three: await make('called', 3, chain(3, performed('none'))),
      checkpointed: await make(
        'called and stored one by one',
        3,
        chain(3, performed('idempotent')),
      ),
      dbosThree: dbos.three,
      bareThree: bare.three,
      ten: await make('called, 10 steps', 10, chain(10, performed('none'))),
      dbosTen: dbos.ten,
      fanOut: await make(`1 to ${FAN_OUT} to 1`, FAN_OUT + 2, fanOut),
      dbosFanOut: dbos.fanOut,
    };
    type Name = keyof typeof contenders;
    const names = Object.keys(contenders) as Name[];
    const samples = Object.fromEntries(
      names.map(name => [name, [] as number[]]),
    ) as Record<Name, number[]>;
    const rates: Record<
      'computed' | 'three' | 'checkpointed' | 'dbosThree',
      number[]
    > = {
      computed: [],
      three: [],
      checkpointed: [],
      dbosThree: [],
    };
    for (const name of names) {
      await latencies(contenders[name], WARM_UP_RUNS);
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names) {
        samples[name].push(
          ...(await latencies(contenders[name], LATENCY_RUNS)),
        );
      }
      for (const name of Object.keys(rates) as (keyof typeof rates)[]) {
        const count =
          name === 'dbosThree' ? THROUGHPUT_RUNS / 5 : THROUGHPUT_RUNS;
        rates[name].push(await throughput(contenders[name], count));
      }
    }
    const failures = await devart.failures();
    if (failures > 0) {
      throw new Error(`${failures} runs did not succeed`);
    }

    const median = (name: Name) => percentile(samples[name], 0.5);
    for (const name of names) {
      const { steps } = contenders[name];
      const p99 = percentile(samples[name], 0.99);
      say(
        `${contenders[name].name.padEnd(30)} ${rounded(median(name), 2)} ms a run, p99 ${rounded(p99, 2)} ms; ` +
          `a step ${rounded(median(name) / steps, 3)} ms, p99 ${rounded(p99 / steps, 3)} ms`,
      );
    }
    const rate = (name: keyof typeof rates) => percentile(rates[name], 0.5);
    for (const name of Object.keys(rates) as (keyof typeof rates)[]) {
      const spread = rates[name].map(value => Math.round(value));
      say(
        `${contenders[name].name.padEnd(30)} ${Math.round(rate(name))} runs a second (${Math.min(...spread)} to ${Math.max(...spread)})`,
      );
    }
    return {
      threeStepMedianMs: rounded(median('three'), 2),
      threeStepP99Ms: rounded(percentile(samples.three, 0.99), 2),
      threeStepBareSqlMedianMs: rounded(median('bareThree'), 2),
      tenStepMedianMs: rounded(median('ten'), 2),
      fanOutMedianMs: rounded(median('fanOut'), 2),
      runsPerSecond: Math.round(rate('three')),
      ratios: {
        threeStepVsDbos: rounded(median('dbosThree') / median('three'), 2),
        threeStepCheckpointedVsDbos: rounded(
          median('dbosThree') / median('checkpointed'),
          2,
        ),
        tenStepVsDbos: rounded(median('dbosTen') / median('ten'), 2),
        fanOutVsDbos: rounded(median('dbosFanOut') / median('fanOut'), 2),
        runsPerSecondVsDbos: rounded(rate('three') / rate('dbosThree'), 2),
      },
    };
  } finally {
    await devart.stop();
    await dbos.stop();
    await bare.stop();
  }
}
