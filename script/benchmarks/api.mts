import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { BENCH_TOKEN, BenchBackend } from '../lib/BenchBackend.mts';
import type { EmbeddedPostgres } from '../lib/EmbeddedPostgres.mts';
import { percentile, rounded } from '../lib/statistics.mts';

// The packages of the workspace are CommonJS.
const require = createRequire(import.meta.url);
const { createDevartClient } =
  require('@devart/plugin-devart-common') as typeof import('@devart/plugin-devart-common');

const CAPABILITIES = Array.from({ length: 20 }, (_, index) => `skill-${index}`);
const STATUSES =
  'queued queued queued queued waiting waiting succeeded succeeded succeeded dead_letter';
const PAGE_REQUESTS = 300;
const CLAIMS = 300;
const REPLICA_TASKS = 1000;
const REPLICA_AGENTS = 10;
/** Of the agents, those that go down together with the replica they talk to. */
const DOOMED_AGENTS = 2;

type Client = ReturnType<typeof createDevartClient>;

/** What `script/bench api` measures; milliseconds unless a name says otherwise. */
export interface ApiFigures {
  tasksPageP95Ms: number;
  boardPageP95Ms: number;
  ratios: { claimP99At100kVs1k: number };
  replicaKill: {
    lost: number;
    duplicated: number;
    recoveredAfterMs: number;
  };
}

/** Fills a control plane with tasks in every status, all in one statement. */
async function seed(database: pg.Client, count: number): Promise<void> {
  await database.query('begin');
  await database.query(
    `insert into capability_sets (organization_id, capabilities)
     select id, array[skill] from organizations, unnest($1::text[]) skill on conflict do nothing`,
    [CAPABILITIES],
  );
  await database.query(
    `with sets as (select id, organization_id, row_number() over (order by id) - 1 as n from capability_sets
         where cardinality(capabilities) = 1 and capabilities[1] like 'skill-%'),
       made as (
         insert into tasks (id, organization_id, title, description, type, status, waiting_reason, priority,
           capability_set_id, entity_ref, max_attempts, input, created_by, created_at)
         select devart_uuid7(), sets.organization_id, 'Task ' || i || ' of the benchmark',
           repeat('Something to read. ', 8), 'general', status,
           case when status = 'waiting' then 'input' end, i % 4, sets.id, 'component:default/service-' || i % 50,
           3, '{}', 'system:bench', now() - make_interval(secs => i % 86400)
         from generate_series(1, $1::int) i
         join sets on sets.n = i % 20
         cross join lateral (select (string_to_array($2, ' '))[1 + i % 10] as status) s
         returning id, organization_id, capability_set_id, priority, status, created_at),
       ended as (
         insert into task_attempts (task_id, attempt, organization_id, agent_id, agent_name, session_id, started_at,
           outcome, ended_as)
         select id, 1, organization_id, id, 'bench', id, created_at, 'succeeded', 'succeeded'
         from made where status = 'succeeded'),
       rested as (
         insert into task_transitions (organization_id, task_id, from_status, to_status, attempt, actor)
         select organization_id, id, 'queued', status, 0, 'system:bench'
         from made where status in ('waiting', 'dead_letter'))
     insert into task_queue (task_id, organization_id, capability_set_id, sort_key, available_at, ready)
     select id, organization_id, capability_set_id, created_at + priority * interval '15 minutes', now(), true
     from made where status = 'queued'`,
    [count, STATUSES],
  );
  await database.query('commit');
  await database.query('vacuum analyze tasks');
  await database.query('vacuum analyze task_queue');
  await database.query('vacuum analyze task_attempts');
  await database.query('vacuum analyze task_transitions');
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

async function sampled(
  times: number,
  call: () => Promise<unknown>,
): Promise<number[]> {
  for (let warmUp = 0; warmUp < 20; warmUp++) {
    await call();
  }
  const samples: number[] = [];
  for (let round = 0; round < times; round++) {
    samples.push(await timed(call));
  }
  return samples;
}

/** Claims one by one, completing each; the time of the claims alone. */
async function claimTimes(admin: Client, url: string): Promise<number[]> {
  const { agent, key } = await admin.agents.register({
    name: 'claimer',
    capabilities: CAPABILITIES,
    maxConcurrent: 1000,
  });
  const client = createDevartClient({ baseUrl: url, token: key });
  const samples: number[] = [];
  for (let round = 0; round < CLAIMS + 20; round++) {
    const started = performance.now();
    const claimed = await client.agents.claim({ id: agent.id });
    const took = performance.now() - started;
    if (!claimed) {
      throw new Error('The queue ran empty while claims were measured');
    }
    if (round >= 20) {
      samples.push(took);
    }
    const [task] = claimed.tasks;
    await client.tasks.complete({ id: task.id, attempt: task.attempt });
  }
  return samples;
}

async function measureAt(
  count: number,
  options: { postgres: EmbeddedPostgres; folder: string },
) {
  const databasePrefix = `bench_${count}_${process.pid}_`;
  const backend = await BenchBackend.start({
    ...options,
    name: `bench-${count}`,
    postgresUrl: options.postgres.url(),
    databasePrefix,
  });
  const database = await connect(options.postgres, databasePrefix);
  try {
    await seed(database, count);
    const admin = createDevartClient({
      baseUrl: backend.url,
      token: BENCH_TOKEN,
    });
    const pages = await sampled(PAGE_REQUESTS, () => admin.tasks.list({}));
    const filtered = await sampled(PAGE_REQUESTS, () =>
      admin.tasks.list({ status: ['queued', 'running'], priority: ['high'] }),
    );
    const boards = await sampled(PAGE_REQUESTS, () => admin.tasks.board({}));
    const claims = await claimTimes(admin, backend.url);
    return { pages, filtered, boards, claims };
  } finally {
    await database.end();
    await backend.stop();
  }
}

async function connect(
  postgres: EmbeddedPostgres,
  prefix: string,
): Promise<pg.Client> {
  const url = new URL(postgres.url());
  url.pathname = `/${prefix}devart`;
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  return client;
}

/**
 * Two replicas, ten agents, a thousand tasks; one replica is killed half way,
 * and with it two of its agents that hold tasks at that moment. The other agents
 * go to the other replica, as behind a load balancer; what was held by the dead
 * is done by the living once its lease is over. Recovery is the time from the
 * kill until everything is finished that was held when it happened.
 */
async function killReplica(options: {
  postgres: EmbeddedPostgres;
  folder: string;
}) {
  const databasePrefix = `bench_kill_${process.pid}_`;
  const start = (name: string) =>
    BenchBackend.start({
      ...options,
      name,
      postgresUrl: options.postgres.url(),
      databasePrefix,
      leaseSeconds: 3,
    });
  const first = await start('replica-1');
  const second = await start('replica-2');
  const database = await connect(options.postgres, databasePrefix);
  const stopping = new AbortController();
  let killedAt: number | undefined;
  let recoveredAt: number | undefined;
  let completed = 0;
  /** Tasks that were held at the moment of the kill and are not finished yet. */
  const heldAtKill = new Set<string>();
  const heldNow = new Set<string>();
  const afterKill = Promise.withResolvers<void>();
  try {
    const admin = createDevartClient({
      baseUrl: second.url,
      token: BENCH_TOKEN,
    });
    const work = async (index: number) => {
      const { agent, key } = await admin.agents.register({
        name: `worker-${index}`,
        capabilities: ['kill'],
        maxConcurrent: 5,
      });
      const startsOnFirst = index % 2 === 0;
      const isDoomed = startsOnFirst && index < 2 * DOOMED_AGENTS;
      let url = startsOnFirst ? first.url : second.url;
      const sessionId = crypto.randomUUID();
      const running = new Map<string, number>();
      const call = async <T,>(act: (client: Client) => Promise<T>) => {
        for (;;) {
          try {
            return await act(createDevartClient({ baseUrl: url, token: key }));
          } catch (error) {
            const { statusCode } = error as { statusCode?: number };
            if (statusCode !== undefined && statusCode < 500) {
              throw error;
            }
            if (stopping.signal.aborted) {
              throw error;
            }
            url = url === first.url && killedAt ? second.url : url;
            await sleep(50);
          }
        }
      };
      const heart = setInterval(() => {
        call(client =>
          client.agents.heartbeat({
            sessionId,
            running: [...running].map(([taskId, attempt]) => ({
              taskId,
              attempt,
            })),
          }),
        ).catch(() => undefined);
      }, 1000);
      try {
        while (!stopping.signal.aborted) {
          const claimed = await call(client =>
            client.agents.claim({
              id: agent.id,
              max: 5,
              waitSeconds: 1,
              sessionId,
            }),
          );
          for (const task of claimed?.tasks ?? []) {
            running.set(task.id, task.attempt);
            heldNow.add(task.id);
          }
          if (isDoomed && claimed && completed >= REPLICA_TASKS * 0.4) {
            await afterKill.promise;
            return;
          }
          for (const { id, attempt } of claimed?.tasks ?? []) {
            await sleep(10);
            await call(client => client.tasks.complete({ id, attempt })).then(
              () => {
                completed++;
                heldNow.delete(id);
                if (heldAtKill.delete(id) && heldAtKill.size === 0) {
                  recoveredAt = performance.now();
                }
              },
              error => {
                // Lost to another agent: the fence says so, and nothing was done.
                if ((error as { statusCode?: number }).statusCode !== 409) {
                  throw error;
                }
              },
            );
            running.delete(id);
          }
        }
      } finally {
        clearInterval(heart);
      }
    };
    for (let index = 0; index < REPLICA_TASKS; index++) {
      await admin.tasks.create({
        title: `Task ${index}`,
        capabilities: ['kill'],
        maxAttempts: 10,
      });
    }
    const started = performance.now();
    const workers = Array.from({ length: REPLICA_AGENTS }, (_, index) =>
      work(index),
    );
    const failed = Promise.race(
      workers.map(worker =>
        worker.then(
          () => new Promise<never>(() => {}),
          error => {
            throw error;
          },
        ),
      ),
    );
    const finished = (async () => {
      for (;;) {
        if (!killedAt && completed >= REPLICA_TASKS / 2) {
          killedAt = performance.now();
          for (const id of heldNow) {
            heldAtKill.add(id);
          }
          first.kill();
          afterKill.resolve();
        }
        const { rows } = await database.query(
          `select count(*)::int as open from tasks where status = 'queued'`,
        );
        if (rows[0].open === 0 || performance.now() - started > 180_000) {
          return;
        }
        await sleep(20);
      }
    })();
    await Promise.race([finished, failed]);
    const { rows } = await database.query(
      `select count(*) filter (where t.status <> 'succeeded')::int as lost,
         count(*) filter (where a.succeeded > 1)::int as duplicated,
         coalesce(sum(a.lost), 0)::int as returned
       from tasks t
       left join lateral (
         select count(*) filter (where outcome = 'succeeded') as succeeded,
           count(*) filter (where outcome = 'lost') as lost
         from task_attempts where task_id = t.id) a on true`,
    );
    const tookMs = performance.now() - started;
    stopping.abort();
    await Promise.allSettled(workers);
    if (rows[0].returned === 0) {
      throw new Error('No lease was lost: the kill hit nobody who held a task');
    }
    return {
      lost: rows[0].lost as number,
      duplicated: rows[0].duplicated as number,
      returned: rows[0].returned as number,
      recoveredAfterMs: rounded((recoveredAt ?? NaN) - (killedAt ?? NaN)),
      tookMs: rounded(tookMs),
    };
  } finally {
    stopping.abort();
    await database.end();
    await second.stop();
    await first.stop();
  }
}

/** Measures the API; prints a table as it goes. */
export async function benchApi(options: {
  postgres: EmbeddedPostgres;
  folder: string;
  say: (line: string) => void;
}): Promise<ApiFigures> {
  const { say } = options;
  const folder = path.join(options.folder, 'api');
  const inFolder = { postgres: options.postgres, folder };
  const row = (name: string, samples: readonly number[]) =>
    say(
      `${name.padEnd(44)} p50 ${rounded(percentile(samples, 0.5)).toFixed(1).padStart(7)} ms   p95 ${rounded(percentile(samples, 0.95)).toFixed(1).padStart(7)} ms   p99 ${rounded(percentile(samples, 0.99)).toFixed(1).padStart(7)} ms`,
    );

  const small = await measureAt(1000, inFolder);
  row('claim at 1,000 tasks', small.claims);
  const large = await measureAt(100_000, inFolder);
  row('claim at 100,000 tasks', large.claims);
  row('first page of GET /tasks at 100,000', large.pages);
  row('first page of GET /tasks, filtered', large.filtered);
  row('first page of the board at 100,000', large.boards);

  const kill = await killReplica(inFolder);
  say(
    `${REPLICA_TASKS} tasks, ${REPLICA_AGENTS} agents, one of two replicas killed half way: ` +
      `${kill.lost} lost, ${kill.duplicated} done twice, ${kill.returned} attempts given back, ` +
      `everything held at the kill was finished after ${kill.recoveredAfterMs} ms (leases last 3 s), all done after ${kill.tookMs} ms`,
  );

  return {
    tasksPageP95Ms: rounded(
      Math.max(percentile(large.pages, 0.95), percentile(large.filtered, 0.95)),
    ),
    boardPageP95Ms: rounded(percentile(large.boards, 0.95)),
    ratios: {
      claimP99At100kVs1k: rounded(
        percentile(large.claims, 0.99) / percentile(small.claims, 0.99),
        2,
      ),
    },
    replicaKill: {
      lost: kill.lost,
      duplicated: kill.duplicated,
      recoveredAfterMs: kill.recoveredAfterMs,
    },
  };
}
