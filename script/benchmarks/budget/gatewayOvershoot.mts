import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { BENCH_TOKEN, BenchBackend } from '../../lib/BenchBackend.mts';
import type { EmbeddedPostgres } from '../../lib/EmbeddedPostgres.mts';
import { root } from '../../lib/paths.mts';
import { findFreePort } from '../../lib/ports.mts';
import { ServiceProcess } from '../../lib/ServiceProcess.mts';

// The packages of the workspace are CommonJS.
const require = createRequire(import.meta.url);
const { createDevartClient } =
  require('@devart/plugin-devart-common') as typeof import('@devart/plugin-devart-common');

const CALLS = 1000;
const CAP_MICROS = 5_000_000;
/** US dollars for a million tokens: a call of the upstream costs about a tenth of a dollar. */
const PRICE = { input: 2500, output: 5000 };

/**
 * A thousand streamed calls of a model at once on a cap that about fifty fit
 * into. Answers how many millionths more than the cap were spent, and how many
 * calls were answered.
 */
export async function measureGatewayOvershoot(options: {
  postgres: Pick<EmbeddedPostgres, 'url'>;
  folder: string;
}): Promise<{ overshoot: number; answered: number }> {
  const folder = path.join(options.folder, 'budget');
  fs.mkdirSync(folder, { recursive: true });
  const port = await findFreePort();
  const upstreamUrl = `http://127.0.0.1:${port}/v1`;
  const upstream = ServiceProcess.start(
    {
      name: 'upstream',
      command: [
        process.execPath,
        path.join(root, 'script/benchmarks/gateway/upstream.mts'),
        String(port),
      ],
      cwd: root,
      env: { NODE_ENV: 'production' },
      ready: { url: `${upstreamUrl}/models` },
    },
    { logFolder: folder },
  );
  let backend: BenchBackend | undefined;
  try {
    if (!(await upstream.ready(60_000))) {
      throw new Error(`The upstream did not start:\n${upstream.lastOutput}`);
    }
    backend = await BenchBackend.start({
      folder,
      name: 'bench-budget',
      postgresUrl: options.postgres.url(),
      databasePrefix: `bench_budget_gateway_${process.pid}_`,
      gateway: {
        limits: {
          concurrentPerKey: 2 * CALLS,
          callsPerMinutePerKey: 100_000_000,
        },
        upstreams: [
          {
            id: 'bench',
            type: 'compatible',
            baseUrl: upstreamUrl,
            models: [{ name: 'bench', price: PRICE }],
          },
        ],
      },
    });
    return await spendAtOnce(backend.url);
  } finally {
    await backend?.stop();
    await upstream.stop();
  }
}

async function spendAtOnce(baseUrl: string) {
  const admin = createDevartClient({ baseUrl, token: BENCH_TOKEN });
  const { agent, key } = await admin.agents.register({
    name: 'bench',
    capabilities: [],
  });
  const { id } = await admin.budgets.create({
    scopeKind: 'agent',
    scopeRef: agent.id,
    period: 'total',
    limitMicros: CAP_MICROS,
    reason: 'The benchmark',
  });
  const pool = new Pool(new URL(baseUrl).origin, { connections: 250 });
  try {
    const calls = await Promise.all(
      Array.from({ length: CALLS }, () => callOnce(pool, key)),
    );
    for (;;) {
      const { window } = await admin.budgets.get({ id });
      if (window.reservedMicros === 0) {
        return {
          overshoot: Math.max(0, window.spentMicros - CAP_MICROS),
          answered: calls.filter(status => status === 200).length,
        };
      }
      // What was answered is settled a moment later.
      await sleep(100);
    }
  } finally {
    await pool.destroy();
  }
}

async function callOnce(pool: Pool, key: string): Promise<number> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/api/devart/gateway/v1/chat/completions',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
    },
    body: JSON.stringify({
      model: 'bench/bench',
      messages: [{ role: 'user', content: 'What does a gateway do?' }],
      max_tokens: 16,
      stream: true,
    }),
  });
  await body.text();
  return statusCode;
}
