import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Pool } from 'undici';
import { BENCH_TOKEN, BenchBackend } from '../lib/BenchBackend.mts';
import type { EmbeddedPostgres } from '../lib/EmbeddedPostgres.mts';
import { root } from '../lib/paths.mts';
import { findFreePort } from '../lib/ports.mts';
import { ServiceProcess } from '../lib/ServiceProcess.mts';
import { percentile, rounded } from '../lib/statistics.mts';

// The packages of the workspace are CommonJS.
const require = createRequire(import.meta.url);
const { createDevartClient } =
  require('@devart/plugin-devart-common') as typeof import('@devart/plugin-devart-common');

const CONCURRENCIES = [1, 16, 64];
const ROUNDS = 4;
/** Calls of a round, by how many are made at once. */
const CALLS: Record<number, number> = { 1: 100, 16: 640, 64: 1600 };
/** Enough for each of them to have its code compiled and its connections open. */
const WARM_UP: Record<number, number> = { 1: 200, 16: 960, 64: 1920 };

const TARGETS = ['direct', 'bare', 'portkey', 'devart'] as const;

type Target = (typeof TARGETS)[number];

interface Endpoint {
  origin: string;
  path: string;
  headers: Record<string, string>;
  model: string;
}

/** What `script/bench gateway` measures, added to the time of the upstream itself. */
export interface GatewayFigures {
  points: {
    mode: 'whole' | 'stream';
    concurrency: number;
    /** Without those who do not answer calls of this mode at all. */
    added: Partial<Record<Target, { p50Ms: number; p99Ms: number }>>;
  }[];
  ratios: { worstP50VsPortkey: number; worstP99VsPortkey: number };
  /** The most that devart takes longer than a proxy that does nothing. */
  addedP50MsVsBareProxy: number;
  /** Calls whose cost is not in the ledger once, or for which money is still held back. */
  ledgerMismatch: number;
}

async function callOnce(pool: Pool, at: Endpoint, isStream: boolean) {
  const started = performance.now();
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: at.path,
    headers: { 'content-type': 'application/json', ...at.headers },
    body: JSON.stringify({
      model: at.model,
      messages: [
        { role: 'system', content: 'You answer in one sentence.' },
        { role: 'user', content: 'What does a gateway do?' },
      ],
      max_tokens: 100,
      stream: isStream,
    }),
  });
  const text = await body.text();
  const took = performance.now() - started;
  if (statusCode !== 200 || !text.includes('"stop"')) {
    throw new Error(
      `${at.origin} answered ${statusCode}: ${text.slice(0, 300)}`,
    );
  }
  return took;
}

/** So many calls, so many of them at a time. */
async function load(
  pool: Pool,
  at: Endpoint,
  options: { calls: number; concurrency: number; isStream: boolean },
): Promise<number[]> {
  const samples: number[] = [];
  let left = options.calls;
  await Promise.all(
    Array.from({ length: options.concurrency }, async () => {
      while (left-- > 0) {
        samples.push(await callOnce(pool, at, options.isStream));
      }
    }),
  );
  return samples;
}

async function startProcess(
  name: string,
  folder: string,
  command: string[],
  readyUrl: string,
): Promise<ServiceProcess> {
  const service = ServiceProcess.start(
    {
      name,
      command: [process.execPath, ...command],
      cwd: root,
      env: { NODE_ENV: 'production' },
      ready: { url: readyUrl },
    },
    { logFolder: folder },
  );
  if (!(await service.ready(60_000))) {
    await service.stop();
    throw new Error(`${name} did not start:\n${service.lastOutput}`);
  }
  return service;
}

/** Calls that do not stand in the ledger exactly once, after the last ones were settled. */
async function mismatches(database: pg.Client, calls: number): Promise<number> {
  for (let tries = 0; ; tries++) {
    const { rows } = await database.query(
      `select (select count(*)::int from ledger_entries where kind = 'charge') as charged,
         (select count(*)::int from budget_reservations) as held,
         (select count(*)::int from budget_windows w
          where w.spent_micros <> (select coalesce(sum(amount_micros), 0) from ledger_entries)) as wrong`,
    );
    const [{ charged, held, wrong }] = rows;
    const count = Math.abs(charged - calls) + held + wrong;
    if (count === 0 || tries === 50) {
      return count;
    }
    await sleep(100);
  }
}

/**
 * How much later an answer is there when a call takes the way over a gateway:
 * devart with its budgets, Portkey's gateway, and a proxy that does nothing.
 * Each is a process of its own; rounds are interleaved.
 */
export async function benchGateway(options: {
  postgres: EmbeddedPostgres;
  folder: string;
  say: (line: string) => void;
  quick?: boolean;
}): Promise<GatewayFigures> {
  const { postgres, say, quick } = options;
  const folder = path.join(options.folder, 'gateway');
  fs.mkdirSync(folder, { recursive: true });
  const [upstreamPort, barePort, portkeyPort] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ];
  const upstreamUrl = `http://127.0.0.1:${upstreamPort}`;
  const running: { stop(): Promise<unknown> }[] = [];
  const pools: Pool[] = [];
  try {
    const here = path.join(root, 'script/benchmarks/gateway');
    running.push(
      await startProcess(
        'upstream',
        folder,
        [path.join(here, 'upstream.mts'), String(upstreamPort)],
        `${upstreamUrl}/v1/models`,
      ),
      await startProcess(
        'bare-proxy',
        folder,
        [path.join(here, 'bareProxy.mts'), String(barePort), upstreamUrl],
        `http://127.0.0.1:${barePort}/v1/models`,
      ),
      await startProcess(
        'portkey',
        folder,
        [
          require.resolve('@portkey-ai/gateway/build/start-server.js'),
          `--port=${portkeyPort}`,
          '--headless',
        ],
        `http://127.0.0.1:${portkeyPort}/`,
      ),
    );
    const databasePrefix = `bench_gateway_${process.pid}_`;
    const backend = await BenchBackend.start({
      folder,
      name: 'bench-gateway',
      postgresUrl: postgres.url(),
      databasePrefix,
      gateway: {
        limits: { concurrentPerKey: 1000, callsPerMinutePerKey: 100_000_000 },
        upstreams: [
          {
            id: 'bench',
            type: 'compatible',
            baseUrl: `${upstreamUrl}/v1`,
            models: [{ name: 'bench', price: { input: 1, output: 2 } }],
          },
        ],
      },
    });
    running.push(backend);
    const url = new URL(postgres.url());
    url.pathname = `/${databasePrefix}devart`;
    const database = new pg.Client({ connectionString: url.toString() });
    await database.connect();
    running.push({ stop: () => database.end() });
    const admin = createDevartClient({
      baseUrl: backend.url,
      token: BENCH_TOKEN,
    });
    const { agent, key } = await admin.agents.register({
      name: 'bench',
      capabilities: [],
    });
    // Every call counts against a budget of its agent, of its service and of all.
    const { items: services } = await admin.services.list({ text: 'bench' });
    const scopes = [
      { scopeKind: 'organization' as const },
      { scopeKind: 'agent' as const, scopeRef: agent.id },
      { scopeKind: 'service' as const, scopeRef: services[0].id },
    ];
    for (const scope of scopes) {
      await admin.budgets.create({
        ...scope,
        period: 'day',
        limitMicros: 1e12,
        reason: 'The benchmark',
      });
    }

    const endpoints: Record<Target, Endpoint> = {
      direct: {
        origin: upstreamUrl,
        path: '/v1/chat/completions',
        headers: {},
        model: 'bench',
      },
      bare: {
        origin: `http://127.0.0.1:${barePort}`,
        path: '/v1/chat/completions',
        headers: {},
        model: 'bench',
      },
      portkey: {
        origin: `http://127.0.0.1:${portkeyPort}`,
        path: '/v1/chat/completions',
        headers: {
          authorization: `Bearer ${randomUUID()}`,
          'x-portkey-provider': 'openai',
          'x-portkey-custom-host': `${upstreamUrl}/v1`,
        },
        model: 'bench',
      },
      devart: {
        origin: new URL(backend.url).origin,
        path: '/api/devart/gateway/v1/chat/completions',
        headers: { authorization: `Bearer ${key}` },
        model: 'bench/bench',
      },
    };
    const poolOf = new Map(
      TARGETS.map(target => {
        const pool = new Pool(endpoints[target].origin, { connections: 64 });
        pools.push(pool);
        return [target, pool] as const;
      }),
    );

    let devartCalls = 0;
    const points: GatewayFigures['points'] = [];
    const ratios: { p50: number; p99: number }[] = [];
    const overBare: number[] = [];
    for (const mode of ['whole', 'stream'] as const) {
      const isStream = mode === 'stream';
      const answersAtAll = await callOnce(
        poolOf.get('portkey')!,
        endpoints.portkey,
        isStream,
      ).then(
        () => true,
        error => {
          say(`${mode}: Portkey is left out. ${error.message}`);
          return false;
        },
      );
      const targets = TARGETS.filter(
        target => target !== 'portkey' || answersAtAll,
      );
      for (const concurrency of CONCURRENCIES) {
        const samples = new Map(
          targets.map(target => [target, [] as number[]] as const),
        );
        const run = async (target: Target, calls: number) => {
          const taken = await load(poolOf.get(target)!, endpoints[target], {
            calls,
            concurrency,
            isStream,
          });
          devartCalls += target === 'devart' ? taken.length : 0;
          return taken;
        };
        for (let round = -1; round < (quick ? 1 : ROUNDS); round++) {
          // Whoever comes first in one round comes last in another.
          const turn = Math.max(round, 0) % targets.length;
          for (const target of [
            ...targets.slice(turn),
            ...targets.slice(0, turn),
          ]) {
            const isWarmUp = round < 0;
            const taken = await run(
              target,
              isWarmUp ? WARM_UP[concurrency] : CALLS[concurrency],
            );
            if (!isWarmUp) {
              samples.get(target)!.push(...taken);
            }
          }
        }
        const at = (target: Target, share: number) =>
          percentile(samples.get(target)!, share);
        const addedBy = (target: Target) => ({
          p50Ms: rounded(at(target, 0.5) - at('direct', 0.5), 2),
          p99Ms: rounded(at(target, 0.99) - at('direct', 0.99), 2),
        });
        const added = Object.fromEntries(
          targets
            .filter(target => target !== 'direct')
            .map(target => [target, addedBy(target)]),
        ) as GatewayFigures['points'][number]['added'];
        points.push({ mode, concurrency, added });
        overBare.push(at('devart', 0.5) - at('bare', 0.5));
        if (added.portkey) {
          ratios.push({
            p50: added.devart!.p50Ms / added.portkey.p50Ms,
            p99: added.devart!.p99Ms / added.portkey.p99Ms,
          });
        }
        const cells = Object.entries(added).map(
          ([target, { p50Ms, p99Ms }]) =>
            `${target} ${p50Ms.toFixed(2).padStart(7)} / ${p99Ms.toFixed(2).padStart(7)} ms`,
        );
        say(
          `${mode.padEnd(6)} ${String(concurrency).padStart(3)} at once, added p50 / p99: ${cells.join('   ')}`,
        );
      }
    }
    const ledgerMismatch = await mismatches(database, devartCalls);
    say(
      `${devartCalls} calls over devart, ${ledgerMismatch} of them not in the ledger exactly once`,
    );
    return {
      points,
      ratios: {
        worstP50VsPortkey: rounded(Math.max(...ratios.map(r => r.p50)), 2),
        worstP99VsPortkey: rounded(Math.max(...ratios.map(r => r.p99)), 2),
      },
      addedP50MsVsBareProxy: rounded(Math.max(...overBare), 2),
      ledgerMismatch,
    };
  } finally {
    await Promise.all(pools.map(pool => pool.destroy()));
    for (const one of running.reverse()) {
      await one.stop();
    }
  }
}
