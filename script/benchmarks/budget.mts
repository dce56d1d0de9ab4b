import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { EmbeddedPostgres } from '../lib/EmbeddedPostgres.mts';
import { root } from '../lib/paths.mts';
import { percentile, rounded } from '../lib/statistics.mts';
import { measureGatewayOvershoot } from './budget/gatewayOvershoot.mts';

// The packages of the workspace are CommonJS.
const require = createRequire(import.meta.url);
/** See plugins/devart-backend/dev/BenchMoney.ts, which belongs to another project of TypeScript. */
interface BenchMoney {
  organizationId: string;
  service(options: {
    name: string;
    callMicros: number;
    limitMicros: number;
    shards?: number;
  }): Promise<string>;
  budget(options: {
    scopeKind: 'organization' | 'team';
    scopeRef?: string;
    period: 'day' | 'week' | 'month' | 'total';
    limitMicros: number;
  }): Promise<void>;
  charge(charge: {
    serviceId: string;
    requestId: string;
    attribution: { actor: string; team?: string };
  }): Promise<{ outcome: string }>;
  mismatches(): Promise<number>;
  rows<T>(sql: string): Promise<T[]>;
  stop(): Promise<void>;
}
const { BenchMoney } =
  require('../../plugins/devart-backend/dev/BenchMoney') as {
    BenchMoney: {
      start(options: {
        postgresUrl: string;
        connections: number;
      }): Promise<BenchMoney>;
    };
  };

const EURO = 1_000_000;
const TEAM = 'group:default/bench';
/** Calls at the same moment where throughput is measured. */
const CALLERS = 256;
const CONNECTIONS = 16;
const SHARDS = 16;
const KILLS = 5;

/** What `script/bench budget` measures. */
export interface BudgetFigures {
  passed: boolean;
  /** Charges beyond the cap, of a thousand at once that fifty fit into. */
  overshoot: number;
  /** The same through the model gateway with streams, in millionths. */
  gatewayOvershoot: number;
  deadlocks: number;
  /** Windows that do not say what the ledger says, after every kill. */
  ledgerMismatch: number;
  /** Charges and updates a second, medians of the rounds. */
  perSecond: Record<Contender, number>;
  ratios: {
    /** Goal: at least 0.85. */
    vsConditionalUpdate: number;
    /** Goal: at least 3. */
    shardedVsConditionalUpdate: number;
    /** One call of the function of the database a transaction, for comparison. */
    functionVsConditionalUpdate: number;
  };
}

type Contender = 'conditionalUpdate' | 'function' | 'charges' | 'sharded';

interface Options {
  postgres: EmbeddedPostgres;
  folder: string;
  say: (line: string) => void;
  quick?: boolean;
}

/** Whether caps hold, and how fast charges are beside one conditional update of one row. */
export async function benchBudget(options: Options): Promise<BudgetFigures> {
  const { postgres, say } = options;
  const postgresUrl = await createDatabase(postgres, 'bench_budget');
  const money = await BenchMoney.start({
    postgresUrl,
    connections: CONNECTIONS,
  });
  try {
    const overshoot = await measureOvershoot(money);
    say(`overshoot of a cap that 1000 charges meet at once: ${overshoot}`);
    await shareBudgets(money);
    const deadlocks = await countDeadlocks(money);
    say(`deadlocks of 50 tasks over three shared budgets: ${deadlocks}`);
    const ledgerMismatch = await killChargers(money, postgresUrl);
    say(`windows that differ from the ledger after kills: ${ledgerMismatch}`);
    const gateway = await measureGatewayOvershoot(options);
    const gatewayOvershoot = gateway.overshoot;
    say(
      `overshoot of a cap that 1000 streams meet at once: ${gatewayOvershoot}; answered ${gateway.answered}`,
    );
    const perSecond = await measureThroughput(money, postgresUrl, options);
    const ratioOf = (contender: Contender) =>
      rounded(perSecond[contender] / perSecond.conditionalUpdate, 2);
    const ratios = {
      vsConditionalUpdate: ratioOf('charges'),
      shardedVsConditionalUpdate: ratioOf('sharded'),
      functionVsConditionalUpdate: ratioOf('function'),
    };
    for (const [name, ratio] of Object.entries(ratios)) {
      say(`${name}: ${ratio}`);
    }
    const passed =
      overshoot === 0 &&
      gatewayOvershoot === 0 &&
      deadlocks === 0 &&
      ledgerMismatch === 0 &&
      ratios.vsConditionalUpdate >= 0.85 &&
      ratios.shardedVsConditionalUpdate >= 3;
    return {
      passed,
      overshoot,
      gatewayOvershoot,
      deadlocks,
      ledgerMismatch,
      perSecond,
      ratios,
    };
  } finally {
    await money.stop();
  }
}

async function createDatabase(
  postgres: EmbeddedPostgres,
  name: string,
): Promise<string> {
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  return postgres.url(name);
}

/** A thousand charges of 0.10 at once on a cap of 5.00: how many more than fifty were made. */
async function measureOvershoot(money: BenchMoney): Promise<number> {
  const serviceId = await money.service({
    name: 'capped',
    callMicros: EURO / 10,
    limitMicros: 5 * EURO,
  });
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, i) =>
      money.charge({
        serviceId,
        requestId: `capped ${i}`,
        attribution: { actor: 'service:bench' },
      }),
    ),
  );
  const made = answers.filter(({ outcome }) => outcome === 'charged').length;
  // Fewer than fifty would be wrong, too.
  return Math.abs(made - 50);
}

/** Fifty tasks that charge services of their own, against three budgets of them all. */
async function shareBudgets(money: BenchMoney): Promise<void> {
  for (const period of ['day', 'week', 'total'] as const) {
    await money.budget({
      scopeKind: 'team',
      scopeRef: TEAM,
      period,
      limitMicros: 1000 * EURO,
    });
  }
  const services = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      money.service({
        name: `shared-${i}`,
        callMicros: 1 + i,
        limitMicros: 1000 * EURO,
      }),
    ),
  );
  await Promise.all(
    Array.from({ length: 50 }, async (_, task) => {
      for (let i = 0; i < 20; i++) {
        await money.charge({
          serviceId: services[(task * 7 + i * 3) % services.length],
          requestId: `shared ${task} ${i}`,
          attribution: { actor: 'service:bench', team: TEAM },
        });
      }
    }),
  );
}

async function countDeadlocks(money: BenchMoney): Promise<number> {
  // Statistics are told with a delay of up to a second.
  await sleep(1500);
  const [{ deadlocks }] = await money.rows<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(deadlocks);
}

/** Kills whoever charges at any moment, several times; answers how many windows were wrong then. */
async function killChargers(
  money: BenchMoney,
  postgresUrl: string,
): Promise<number> {
  const service = await money.service({
    name: 'killed',
    callMicros: 3,
    limitMicros: 1000 * EURO,
  });
  let wrong = 0;
  for (let i = 0; i < KILLS; i++) {
    const child = spawn(
      process.execPath,
      [
        '--require',
        path.join(root, 'node_modules/@backstage/cli/config/nodeTransform.cjs'),
        path.join(root, 'script/benchmarks/budget/charger.mts'),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...process.env,
          DEVART_POSTGRES_URL: postgresUrl,
          DEVART_SERVICE: service,
        },
      },
    );
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => {
        throw new Error('A process that charges came to an end by itself');
      }),
    ]);
    await sleep(50 + Math.random() * 300);
    child.kill('SIGKILL');
    await once(child, 'exit');
    // Whatever the server still had in hand is over a moment later.
    await sleep(200);
    wrong += await money.mismatches();
  }
  return wrong;
}

async function measureThroughput(
  money: BenchMoney,
  postgresUrl: string,
  { quick, say }: Options,
): Promise<Record<Contender, number>> {
  const rounds = quick ? 2 : 5;
  const roundMs = quick ? 1000 : 4000;
  const service = (name: string, shards?: number) =>
    money.service({ name, callMicros: 1, limitMicros: 1e14, shards });
  const [single, hot, sharded] = [
    await service('single'),
    await service('hot'),
    await service('sharded', SHARDS),
  ];
  const pool = await connect(postgresUrl);
  let serial = 0;
  const charge = (serviceId: string) => () =>
    money.charge({
      serviceId,
      requestId: `throughput ${++serial}`,
      attribution: { actor: 'service:bench' },
    });
  const onPool = (query: () => pg.QueryConfig) => () => pool.query(query());
  const contenders: Record<Contender, () => Promise<unknown>> = {
    conditionalUpdate: onPool(() => ({
      name: 'bare',
      text: 'update bare set used = used + $1 where id = 1 and used + $1 <= cap returning used',
      values: [1],
    })),
    function: onPool(() => ({
      name: 'function',
      text: 'select charge_service($1, $2, $3)',
      values: [money.organizationId, single, `function ${++serial}`],
    })),
    charges: charge(hot),
    sharded: charge(sharded),
  };
  const names = Object.keys(contenders) as Contender[];
  const figures = new Map<Contender, number[]>(names.map(name => [name, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const name of names) {
        const rate = await rateOf(contenders[name], roundMs);
        figures.get(name)!.push(rate);
        say(`round ${round + 1}: ${name} ${Math.round(rate)}/s`);
      }
    }
  } finally {
    await pool.end();
  }
  return Object.fromEntries(
    names.map(name => [name, Math.round(percentile(figures.get(name)!, 0.5))]),
  ) as Record<Contender, number>;
}

/** Connections with the rights of the control plane, beside a table of one row. */
async function connect(postgresUrl: string): Promise<pg.Pool> {
  const pool = new pg.Pool({
    connectionString: postgresUrl,
    max: CONNECTIONS,
    options: '-c role=devart_system -c plan_cache_mode=force_generic_plan',
  });
  const owner = new pg.Client({ connectionString: postgresUrl });
  await owner.connect();
  try {
    await owner.query(
      `create table bare (id integer primary key, used bigint not null, cap bigint not null) with (fillfactor = 40);
       insert into bare values (1, 0, 1000000000000000);
       grant select, update on bare to devart_system`,
    );
  } finally {
    await owner.end();
  }
  return pool;
}

/** How often a second something is done by all callers together. */
async function rateOf(
  work: () => Promise<unknown>,
  milliseconds: number,
): Promise<number> {
  const started = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (performance.now() - started < milliseconds) {
        await work();
        done++;
      }
    }),
  );
  return (done / (performance.now() - started)) * 1000;
}
