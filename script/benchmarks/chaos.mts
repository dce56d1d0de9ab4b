import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { BENCH_TOKEN, BenchBackend } from '../lib/BenchBackend.mts';
import { EmbeddedPostgres } from '../lib/EmbeddedPostgres.mts';
import { LoadBalancer } from '../lib/LoadBalancer.mts';
import { ensureRabbitmq, RabbitmqBroker } from '../lib/RabbitmqBroker.mts';
import { root } from '../lib/paths.mts';
import { ServiceProcess } from '../lib/ServiceProcess.mts';
import { rounded } from '../lib/statistics.mts';

const require = createRequire(import.meta.url);
const { createDevartClient } =
  require('@devart/plugin-devart-common') as typeof import('@devart/plugin-devart-common');

const TASKS = 10_000;
const RUNS = 500;
const AGENTS = 4;
const CONCURRENCY = 10;
const LEASE_SECONDS = 3;
/** All that is left undone this long after the work has begun counts as lost or stuck. */
const PATIENCE_MS = 300_000;
/** For setting the scene; whoever is not done by then has failed. */
const PREPARATION_MS = 300_000;
/** How long an incident may wait for somebody to hit. */
const AIM_MS = 10_000;
/** How long a query of the verdict may take. */
const QUERY_MS = 20_000;

const WORKFLOW = `
apiVersion: devart.ai/v1alpha1
kind: Workflow
metadata:
  name: chaos
spec:
  version: 1.0.0
  parameters:
    type: object
    required: [number]
    properties:
      number: { type: integer }
  steps:
    - id: prepare
      task:
        title: Prepare \${{ parameters.number }}
        capabilities: [chaos]
    - id: part
      needs: prepare
      matrix:
        part: [1, 2, 3]
      task:
        title: Part \${{ matrix.part }} of \${{ parameters.number }}
        capabilities: [chaos]
    - id: look
      needs: prepare
      sideEffect: idempotent
      operation: { id: portal.me }
    - id: pause
      needs: prepare
      wait:
        for: 1s
    - id: finish
      needs: [part, look, pause]
      task:
        title: Finish \${{ parameters.number }}
        capabilities: [chaos]
`;

/** What `script/bench chaos` counts; milliseconds where a name says so. */
export interface ChaosFigures {
  lost: number;
  duplicated: number;
  stuck: number;
  /** The longest time from an incident until everything was done that agents held when it happened. */
  recoveredAfterMs: number;
}

/** Something that goes wrong once a share of the work is done. */
interface Incident {
  name: string;
  atShare: number;
  happen: () => Promise<void>;
}

interface SceneOptions {
  signal: AbortSignal;
  postgres: EmbeddedPostgres;
  restartPostgres: () => Promise<void>;
  broker: RabbitmqBroker;
  folder: string;
}

/** Everything that the incidents break, and what is needed to count afterwards. */
class Scene {
  static async set(options: SceneOptions): Promise<Scene> {
    const scene = new Scene(options);
    try {
      for (const index of [0, 1]) {
        scene.#replicas.push(await scene.#startReplica(index));
      }
      scene.#balancer = await LoadBalancer.start(
        scene.#replicas.map(replica => Number(new URL(replica.url).port)),
      );
      return scene;
    } catch (error) {
      await scene.clear();
      throw error;
    }
  }

  readonly #options: SceneOptions;
  readonly #prefix = `bench_chaos_${process.pid}_`;
  #replicas: BenchBackend[] = [];
  #balancer!: LoadBalancer;
  #agents: { id: string; service: ServiceProcess }[] = [];

  private constructor(options: SceneOptions) {
    this.#options = options;
  }

  /** A client of whichever replica answers. */
  get admin() {
    return createDevartClient({
      baseUrl: `${this.#balancer.origin}/api/devart`,
      token: BENCH_TOKEN,
    });
  }

  async startAgents(): Promise<void> {
    for (let index = 0; index < AGENTS; index++) {
      const { id, key } = await this.#registerAgent(`chaos-${index}`);
      this.#agents.push({ id, service: this.#startAgent(index, key) });
    }
  }

  async #registerAgent(name: string): Promise<{ id: string; key: string }> {
    const { agent, key } = await this.admin.agents.register({
      name,
      capabilities: ['chaos'],
      maxConcurrent: 1000,
    });
    return { id: agent.id, key };
  }

  /** Claims as a client that is gone before it hears what it was given. */
  async leaveMidClaim(): Promise<void> {
    const { id, key } = await this.#registerAgent('chaos-leaver');
    for (let tries = 0; tries < 20 && !(await this.#holdsAny(id)); tries++) {
      const socket = net.connect(
        Number(new URL(this.#balancer.origin).port),
        '127.0.0.1',
      );
      socket.on('error', () => {});
      const body = JSON.stringify({ max: CONCURRENCY });
      socket.end(
        [
          `POST /api/devart/agents/${id}/claim-task HTTP/1.1`,
          'host: 127.0.0.1',
          `authorization: Bearer ${key}`,
          'content-type: application/json',
          `content-length: ${body.length}`,
          '',
          body,
        ].join('\r\n'),
      );
      // Long enough for the request to arrive, and too short for its answer to be read.
      await sleep(5 * tries);
      socket.destroy();
      await sleep(200);
    }
  }

  async killReplica(): Promise<void> {
    this.#replicas[0].kill();
    await sleep(3000);
    this.#replicas[0] = await this.#startReplica(
      0,
      Number(new URL(this.#replicas[0].url).port),
    );
  }

  async terminateConnections(): Promise<void> {
    await this.#query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null',
    );
  }

  async restartPostgres(): Promise<void> {
    await this.#options.restartPostgres();
  }

  async restartBroker(): Promise<void> {
    const { controlUrl } = this.#options.broker;
    for (const order of ['stop', 'start']) {
      await fetch(`${controlUrl}/${order}`, { method: 'POST' });
    }
  }

  async cutClients(): Promise<void> {
    this.#balancer.cut();
  }

  /** Ends an agent without a chance to give back what it holds. */
  async killAgent(): Promise<void> {
    const [{ id, service }] = this.#agents.splice(0, 1);
    await until(() => this.#holdsAny(id), this.#aim());
    process.kill(-service.pid!, 'SIGKILL');
  }

  /** Ends waiting for what an incident is about. */
  #aim(): AbortSignal {
    return AbortSignal.any([this.#options.signal, AbortSignal.timeout(AIM_MS)]);
  }

  /** Waits for a moment when agents hold tasks. */
  async busy(): Promise<void> {
    await until(async () => (await this.held()).length > 0, this.#aim());
  }

  async #holdsAny(agentId: string): Promise<boolean> {
    const [row] = await this.#query<{ count: number }>(
      'select count(*)::int as count from task_leases where agent_id = $1',
      [agentId],
    );
    return row.count > 0;
  }

  /** The tasks that agents hold. */
  async held(): Promise<string[]> {
    const rows = await this.#query<{ id: string }>(
      'select task_id as id from task_leases',
    );
    return rows.map(row => row.id);
  }

  /** How many of some tasks have not succeeded; undefined while the database is away. */
  async undone(ids: readonly string[]): Promise<number | undefined> {
    return this.#query<{ count: number }>(
      `select count(*)::int as count from tasks where id = any($1) and status <> 'succeeded'`,
      [ids],
    ).then(
      ([row]) => row.count,
      () => undefined,
    );
  }

  /** How many tasks have succeeded; undefined while the database is away. */
  async done(): Promise<number | undefined> {
    return this.#query<{ done: number }>(
      `select count(*)::int as done from tasks where status = 'succeeded'`,
    ).then(
      ([row]) => row.done,
      () => undefined,
    );
  }

  /** How many runs are still open. */
  async openRuns(): Promise<number | undefined> {
    return this.#query<{ open: number }>(
      `select count(*)::int as open from workflow_runs where status = 'running'`,
    ).then(
      ([row]) => row.open,
      () => undefined,
    );
  }

  async verdict(expectedTasks: number) {
    const [tasks] = await this.#query<{
      succeeded: number;
      all: number;
      twice: number;
      givenBack: number;
    }>(
      `select count(*) filter (where t.status = 'succeeded')::int as succeeded, count(*)::int as all,
         count(*) filter (where a.succeeded > 1)::int as twice, coalesce(sum(a.lost), 0)::int as "givenBack"
       from tasks t left join lateral (
         select count(*) filter (where outcome = 'succeeded') as succeeded,
           count(*) filter (where outcome = 'lost') as lost
         from task_attempts where task_id = t.id) a on true`,
    );
    const [runs] = await this.#query<{ stuck: number; unsuccessful: number }>(
      `select count(*) filter (where status = 'running')::int as stuck,
         count(*) filter (where status not in ('running', 'succeeded'))::int as unsuccessful
       from workflow_runs`,
    );
    const [steps] = await this.#query<{ twice: number }>(
      `select count(*)::int as twice from (
         select 1 from tasks where run_step_id is not null group by run_step_id having count(*) > 1) doubled`,
    );
    return {
      lost: expectedTasks - tasks.succeeded + runs.unsuccessful,
      duplicated: tasks.twice + steps.twice + (tasks.all - expectedTasks),
      stuck: runs.stuck,
      givenBack: tasks.givenBack,
    };
  }

  async clear(): Promise<void> {
    await Promise.all(this.#agents.map(({ service }) => service.stop()));
    await this.#balancer?.stop();
    await Promise.all(this.#replicas.map(replica => replica.stop()));
  }

  #startReplica(index: number, port?: number): Promise<BenchBackend> {
    return BenchBackend.start({
      name: `chaos-replica-${index}`,
      folder: this.#options.folder,
      postgresUrl: this.#options.postgres.url(),
      databasePrefix: this.#prefix,
      leaseSeconds: LEASE_SECONDS,
      amqpUrl: this.#options.broker.url,
      port,
    });
  }

  #startAgent(index: number, key: string): ServiceProcess {
    return ServiceProcess.start(
      {
        name: `chaos-agent-${index}`,
        command: [
          process.execPath,
          '--require',
          path.join(
            root,
            'node_modules/@backstage/cli/config/nodeTransform.cjs',
          ),
          path.join(root, 'script/benchmarks/chaosAgent.mts'),
        ],
        cwd: root,
        env: {
          DEVART_URL: `${this.#balancer.origin}/api/devart`,
          DEVART_AGENT_KEY: key,
          DEVART_CONCURRENCY: String(CONCURRENCY),
          // Half of the agents hear of tasks from the broker, half from the portal.
          ...(index % 2 === 0
            ? { DEVART_RABBITMQ_URL: this.#options.broker.url }
            : {}),
        },
      },
      { logFolder: this.#options.folder },
    );
  }

  /** Asks the database of the control plane on a connection of its own. */
  async #query<T>(sql: string, values: unknown[] = []): Promise<T[]> {
    const url = new URL(this.#options.postgres.url());
    url.pathname = `/${this.#prefix}devart`;
    const client = new pg.Client({
      connectionString: url.toString(),
      connectionTimeoutMillis: QUERY_MS,
      query_timeout: QUERY_MS,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.query(sql, values)).rows as T[];
    } finally {
      await client.end().catch(() => {});
    }
  }
}

async function inParallel(
  count: number,
  width: number,
  signal: AbortSignal,
  act: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) {
        signal.throwIfAborted();
        await act(next++);
      }
    }),
  );
}

/**
 * Ten thousand tasks and five hundred runs of a workflow, four agents behind
 * two replicas and a broker, and everything that can break breaks once while they are under
 * way. Afterwards nothing may be lost, done twice, or stuck.
 */
export async function benchChaos(options: {
  postgres: EmbeddedPostgres;
  restartPostgres: () => Promise<void>;
  folder: string;
  say: (line: string) => void;
}): Promise<ChaosFigures> {
  const { say } = options;
  const folder = path.join(options.folder, 'chaos');
  const broker = await RabbitmqBroker.start({
    server: ensureRabbitmq(say),
    folder: path.join(folder, 'rabbitmq'),
  });
  const over = new AbortController();
  // What was started is ended, too, when somebody loses patience.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => over.abort());
  }
  let scene: Scene | undefined;
  try {
    scene = await Scene.set({
      ...options,
      broker,
      folder,
      signal: over.signal,
    });
    return await watch(scene, { say, over });
  } finally {
    await scene?.clear();
    await broker.stop();
  }
}

/** Gives the agents their work, lets everything break, and counts. */
async function watch(
  scene: Scene,
  options: {
    say: (line: string) => void;
    over: AbortController;
  },
): Promise<ChaosFigures> {
  const { say, over } = options;
  const preparing = AbortSignal.any([
    over.signal,
    AbortSignal.timeout(PREPARATION_MS),
  ]);
  const { admin } = scene;
  const workflow = await admin.workflows.publish({ source: WORKFLOW });
  await inParallel(TASKS, 16, preparing, async index => {
    await admin.tasks.create({
      title: `Task ${index}`,
      capabilities: ['chaos'],
      maxAttempts: 20,
      idempotencyKey: `chaos-${index}`,
    });
    if (index % (TASKS / RUNS) === 0) {
      await admin.workflows.trigger({
        id: workflow.id,
        parameters: { number: index },
        idempotencyKey: `chaos-${index}`,
      });
    }
  });
  // prepare, three parts, finish
  const expected = TASKS + RUNS * 5;
  say(`${TASKS} tasks queued and ${RUNS} runs started`);
  const started = performance.now();
  const patience = setTimeout(() => over.abort(), PATIENCE_MS);
  try {
    await scene.startAgents();
    const incidents: Incident[] = [
      {
        name: 'a replica is killed, and started again',
        atShare: 0.15,
        happen: () => scene.killReplica(),
      },
      {
        name: 'every connection to PostgreSQL is terminated',
        atShare: 0.3,
        happen: () => scene.terminateConnections(),
      },
      {
        name: 'PostgreSQL is restarted',
        atShare: 0.4,
        happen: () => scene.restartPostgres(),
      },
      {
        name: 'RabbitMQ crashes, and is started again',
        atShare: 0.5,
        happen: () => scene.restartBroker(),
      },
      {
        name: 'every connection of agents is cut',
        atShare: 0.6,
        happen: () => scene.cutClients(),
      },
      {
        name: 'a client leaves while it claims',
        atShare: 0.65,
        happen: () => scene.leaveMidClaim(),
      },
      {
        name: 'an agent is killed with what it holds',
        atShare: 0.75,
        happen: () => scene.killAgent(),
      },
    ];
    const recoveries: number[] = [];
    for (const incident of incidents) {
      await until(
        async () => ((await scene.done()) ?? 0) >= expected * incident.atShare,
        over.signal,
      );
      if (over.signal.aborted) {
        break;
      }
      await scene.busy();
      const at = performance.now();
      const before = await scene.held();
      const happening = incident.happen();
      // Looked at below.
      happening.catch(() => {});
      // What it is about may be held only once it has begun.
      await Promise.race([happening, sleep(500)]);
      const held = [...new Set([...before, ...(await heldAfter(scene))])];
      await until(async () => (await scene.undone(held)) === 0, over.signal);
      const took = performance.now() - at;
      recoveries.push(took);
      await happening;
      say(
        `${incident.name.padEnd(48)} ${String(held.length).padStart(4)} tasks were held, all done after ${rounded(took)} ms`,
      );
    }
    await until(
      async () =>
        ((await scene.done()) ?? 0) >= expected &&
        (await scene.openRuns()) === 0,
      over.signal,
    );
    const tookMs = performance.now() - started;
    const { givenBack, ...counts } = await scene.verdict(expected);
    say(
      `${expected} tasks and ${RUNS} runs in ${rounded(tookMs / 1000)} s: ${counts.lost} lost, ` +
        `${counts.duplicated} done twice, ${counts.stuck} stuck; ${givenBack} attempts were taken over from the dead`,
    );
    return {
      ...counts,
      recoveredAfterMs: rounded(Math.max(...recoveries)),
    };
  } finally {
    clearTimeout(patience);
  }
}

/** What is held a moment after an incident; nothing is known while the database is away. */
async function heldAfter(scene: Scene): Promise<string[]> {
  return scene.held().catch(() => []);
}

/** Waits until something holds, or nobody waits any more. */
async function until(
  holds: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !(await holds())) {
    await sleep(50);
  }
}
