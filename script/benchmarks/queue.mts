import path from 'node:path';
import pg from 'pg';
import { createRequire } from 'node:module';
import { BENCH_TOKEN, BenchBackend } from '../lib/BenchBackend.mts';
import type { EmbeddedPostgres } from '../lib/EmbeddedPostgres.mts';
import { percentile, rounded } from '../lib/statistics.mts';
import { BareSqlEngine } from './queue/BareSqlEngine.mts';
import { DevartEngine } from './queue/DevartEngine.mts';
import { GraphileEngine } from './queue/GraphileEngine.mts';
import { PgBossEngine } from './queue/PgBossEngine.mts';
import {
  BATCH,
  BATCH_LOOPS,
  inLoops,
  secondsOf,
  SINGLE_LOOPS,
  type DrainMode,
  type QueueEngine,
} from './queue/QueueEngine.mts';

// The packages of the workspace are CommonJS.
const require = createRequire(import.meta.url);
const { createDevartClient } =
  require('@devart/plugin-devart-common') as typeof import('@devart/plugin-devart-common');

/** How much is measured. */
interface Size {
  rounds: number;
  counts: Record<DrainMode, number>;
  latencies: number;
  claims: number;
  /** Tasks in the large queue, and of them those that nobody here can do. */
  large: { queued: number; ahead: number };
  http: number;
}

const WHOLE: Size = {
  rounds: 5,
  counts: { batched: 20_000, single: 2000 },
  latencies: 60,
  claims: 300,
  large: { queued: 1_000_000, ahead: 100_000 },
  http: 5000,
};
const QUICK: Size = {
  rounds: 2,
  counts: { batched: 5000, single: 500 },
  latencies: 30,
  claims: 100,
  large: { queued: 50_000, ahead: 5000 },
  http: 1000,
};

/** What `script/bench queue` measures. */
export interface QueueFigures {
  ratios: {
    drainBatchedVsGraphile: number;
    drainSingleVsGraphile: number;
    drainBatchedVsPgBoss: number;
    startLatencyP50VsGraphile: number;
    startLatencyP99VsGraphile: number;
    claimP99At1MVs1k: number;
    drainPinnedXmin: number;
  };
}

interface BenchOptions {
  postgres: EmbeddedPostgres;
  folder: string;
  say: (line: string) => void;
  quick?: boolean;
}

/** A series of numbers, a round each. */
type Series = Map<string, number[]>;

function add(series: Series, name: string, value: number): void {
  series.set(name, [...(series.get(name) ?? []), value]);
}

function median(series: Series, name: string): number {
  return percentile(series.get(name)!, 0.5);
}

/** `1234 (1100–1300)`: median, least and most. */
function spread(values: readonly number[], digits: number): string {
  const [least, middle, most] = [0, 0.5, 1].map(share =>
    rounded(percentile(values, share), digits),
  );
  return `${String(middle).padStart(7)} (${least}–${most})`;
}

async function createDatabase(
  postgres: EmbeddedPostgres,
  admin: pg.Client,
  name: string,
): Promise<string> {
  await admin.query(`create database ${name}`);
  return postgres.url(name);
}

/** Every engine drains the same number of tasks in every round, right after a checkpoint. */
async function compareDrains(
  engines: readonly (QueueEngine | BareSqlEngine)[],
  size: Size,
  admin: pg.Client,
): Promise<Series> {
  const rates: Series = new Map();
  // Connections, plans and code are warm from a round that does not count.
  for (let round = -1; round < size.rounds; round++) {
    for (const mode of ['batched', 'single'] as const) {
      const count = round < 0 ? size.counts[mode] / 4 : size.counts[mode];
      for (const engine of engines) {
        await engine.fill(count);
        await admin.query('checkpoint');
        const seconds = await engine.drain(mode, count);
        if (round >= 0) {
          add(rates, `${engine.name} ${mode}`, count / seconds);
        }
      }
    }
  }
  return rates;
}

async function compareLatencies(
  engines: readonly QueueEngine[],
  size: Size,
): Promise<Series> {
  const latencies: Series = new Map();
  for (let round = 0; round < size.rounds; round++) {
    for (const engine of engines) {
      const starts = await engine.startLatencies(size.latencies);
      const started = starts.map(({ startedMs }) => startedMs);
      const stored = starts.map(({ storedMs }) => storedMs);
      add(latencies, `${engine.name} p50`, percentile(started, 0.5));
      add(latencies, `${engine.name} p99`, percentile(started, 0.99));
      add(latencies, `${engine.name} stored p50`, percentile(stored, 0.5));
    }
  }
  return latencies;
}

/** 99th percentile of claims with a small queue and with a large one, behind many that are more urgent. */
async function compareDepths(
  options: BenchOptions,
  size: Size,
  admin: pg.Client,
) {
  const p99 = async (name: string, queued: number, ahead: number) => {
    const engine = await DevartEngine.create(
      await createDatabase(options.postgres, admin, name),
    );
    try {
      await engine.seed(queued, { capability: 'bench' });
      if (ahead > 0) {
        await engine.seed(ahead, {
          capability: 'nobody-has-this',
          priority: 0,
          ageSeconds: 3600,
        });
      }
      await engine.vacuum();
      await admin.query('checkpoint');
      return percentile(await engine.claimTimes(size.claims), 0.99);
    } finally {
      await engine.stop();
      await admin.query(`drop database ${name}`);
    }
  };
  return {
    small: await p99('depth_small', 1000, 0),
    large: await p99('depth_large', size.large.queued, size.large.ahead),
  };
}

/** Drains while another transaction keeps dead rows from being removed, and without. */
async function comparePinned(
  engine: DevartEngine,
  url: string,
  size: Size,
  admin: pg.Client,
) {
  const rates: Series = new Map();
  for (let round = 0; round < Math.min(3, size.rounds); round++) {
    for (const name of ['free', 'pinned']) {
      await engine.fill(size.counts.batched);
      const holder = new pg.Client({ connectionString: url });
      await holder.connect();
      try {
        if (name === 'pinned') {
          await holder.query('begin isolation level repeatable read');
          await holder.query('select count(*) from organizations');
        }
        await admin.query('checkpoint');
        const seconds = await engine.drain('batched', size.counts.batched);
        add(rates, name, size.counts.batched / seconds);
      } finally {
        await holder.end();
      }
    }
  }
  return rates;
}

/** The same work through the API, by agents in this process and a back end in another. */
async function measureHttp(options: BenchOptions, size: Size) {
  const databasePrefix = `bench_http_${process.pid}_`;
  const backend = await BenchBackend.start({
    name: 'bench-queue',
    folder: path.join(options.folder, 'queue'),
    postgresUrl: options.postgres.url(),
    databasePrefix,
  });
  const url = new URL(options.postgres.url());
  url.pathname = `/${databasePrefix}devart`;
  const filler = await DevartEngine.create(url.toString());
  try {
    const admin = createDevartClient({
      baseUrl: backend.url,
      token: BENCH_TOKEN,
    });
    const drain = async (max: number, loops: number, count: number) => {
      await filler.fill(count);
      const agents: {
        id: string;
        client: ReturnType<typeof createDevartClient>;
      }[] = [];
      for (let index = 0; index < loops; index++) {
        const { agent, key } = await admin.agents.register({
          name: `http-${max}-${index}`,
          capabilities: ['bench'],
          maxConcurrent: 1000,
        });
        agents.push({
          id: agent.id,
          client: createDevartClient({ baseUrl: backend.url, token: key }),
        });
      }
      const seconds = await secondsOf(() =>
        inLoops(loops, async index => {
          const { id, client } = agents[index];
          for (;;) {
            const claimed = await client.agents.claim({ id, max });
            if (!claimed) {
              return;
            }
            await client.agents.completeTasks({
              id,
              tasks: claimed.tasks.map(task => ({
                id: task.id,
                attempt: task.attempt,
              })),
            });
          }
        }),
      );
      return count / seconds;
    };
    return {
      batched: await drain(BATCH, BATCH_LOOPS, size.http),
      single: await drain(1, SINGLE_LOOPS, size.http / 10),
    };
  } finally {
    await filler.stop();
    await backend.stop();
  }
}

/** Measures the queue beside others; prints a table as it goes. */
export async function benchQueue(options: BenchOptions): Promise<QueueFigures> {
  const { postgres, say } = options;
  const size = options.quick ? QUICK : WHOLE;
  const admin = new pg.Client({ connectionString: postgres.url() });
  await admin.connect();
  const database = (name: string) => createDatabase(postgres, admin, name);
  const devartUrl = await database('queue_devart');
  const devart = await DevartEngine.create(devartUrl);
  const graphile = await GraphileEngine.create(
    await database('queue_graphile'),
  );
  const boss = await PgBossEngine.create(await database('queue_boss'));
  const bare = await BareSqlEngine.create(await database('queue_bare'));
  try {
    const engines = [devart, graphile, boss];
    const rates = await compareDrains([...engines, bare], size, admin);
    say(
      `Tasks a second, claimed and acknowledged, medians of ${size.rounds} interleaved rounds (least–most)\n`,
    );
    say(
      `${''.padEnd(18)}${`batches of ${BATCH}`.padEnd(30)}one by one, ${SINGLE_LOOPS} at once`,
    );
    for (const { name } of [...engines, bare]) {
      say(
        `${name.padEnd(18)}${spread(rates.get(`${name} batched`)!, 0).padEnd(30)}${spread(rates.get(`${name} single`)!, 0)}`,
      );
    }
    const latencies = await compareLatencies(engines, size);
    say(`\nMilliseconds from adding a task to the start of its handler\n`);
    for (const { name } of engines) {
      say(
        `${name.padEnd(18)}p50 ${spread(latencies.get(`${name} p50`)!, 1).padEnd(26)}p99 ${spread(latencies.get(`${name} p99`)!, 1).padEnd(26)}stored after ${spread(latencies.get(`${name} stored p50`)!, 1)}`,
      );
    }
    const pinned = await comparePinned(devart, devartUrl, size, admin);
    say(
      `\ndevart, batched, while another transaction stays open: ${spread(pinned.get('pinned')!, 0)}; without: ${spread(pinned.get('free')!, 0)}`,
    );
    const http = await measureHttp(options, size);
    say(
      `devart over HTTP, client and back end on the same cores: ${rounded(http.batched, 0)} in batches, ${rounded(http.single, 0)} one by one`,
    );
    const depth = await compareDepths(options, size, admin);
    say(
      `claim p99 with 1,000 queued ${rounded(depth.small)} ms; with ${size.large.queued} queued and ${size.large.ahead} others ahead ${rounded(depth.large)} ms`,
    );
    const ratio = (of: Series, one: string, other: string) =>
      rounded(median(of, one) / median(of, other), 2);
    const ratios = {
      drainBatchedVsGraphile: ratio(
        rates,
        'devart batched',
        'graphile-worker batched',
      ),
      drainSingleVsGraphile: ratio(
        rates,
        'devart single',
        'graphile-worker single',
      ),
      drainBatchedVsPgBoss: ratio(rates, 'devart batched', 'pg-boss batched'),
      startLatencyP50VsGraphile: ratio(
        latencies,
        'devart p50',
        'graphile-worker p50',
      ),
      startLatencyP99VsGraphile: ratio(
        latencies,
        'devart p99',
        'graphile-worker p99',
      ),
      claimP99At1MVs1k: rounded(depth.large / depth.small, 2),
      drainPinnedXmin: ratio(pinned, 'pinned', 'free'),
    };
    say('');
    for (const [name, value] of Object.entries(ratios)) {
      say(`${name.padEnd(30)}${value}`);
    }
    return { ratios };
  } finally {
    for (const engine of [devart, graphile, boss, bare]) {
      await engine.stop();
    }
    await admin.end();
  }
}
