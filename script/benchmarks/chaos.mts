import { createRequire } from 'node:module';
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
const CONCURRENCY = 20;
const LEASE_SECONDS = 3;
/** All that is left undone after this long counts as lost or stuck. */
const PATIENCE_MS = 600_000;

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
    - id: pause
      needs: prepare
      wait:
        for: 1s
    - id: finish
      needs: [part, pause]
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
  postgres: EmbeddedPostgres;
  restartPostgres: () => Promise<void>;
  broker: RabbitmqBroker;
  folder: string;
}

/** Everything that the incidents break, and what is needed to count afterwards. */
class Scene {
  static async set(options: SceneOptions): Promise<Scene> {
    const scene = new Scene(options);
    scene.#replicas = [
      await scene.#startReplica(0),
      await scene.#startReplica(1),
    ];
    scene.#balancer = await LoadBalancer.start(
      scene.#replicas.map(replica => Number(new URL(replica.url).port)),
    );
    return scene;
  }

  readonly #options: SceneOptions;
  readonly #prefix = `bench_chaos_${process.pid}_`;
  #replicas: BenchBackend[] = [];
  #balancer!: LoadBalancer;
  #agents: ServiceProcess[] = [];

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
      const { key } = await this.admin.agents.register({
        name: `chaos-${index}`,
        capabilities: ['chaos'],
        maxConcurrent: 1000,
      });
      this.#agents.push(this.#startAgent(index, key));
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
    const [agent] = this.#agents.splice(0, 1);
    process.kill(-agent.pid!, 'SIGKILL');
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
    await Promise.all(this.#agents.map(agent => agent.stop()));
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
    const client = new pg.Client({ connectionString: url.toString() });
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
  act: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) {
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
  const scene = await Scene.set({ ...options, broker, folder });
  try {
    const { admin } = scene;
    await inParallel(TASKS, 16, index =>
      admin.tasks.create({
        title: `Task ${index}`,
        capabilities: ['chaos'],
        maxAttempts: 20,
        idempotencyKey: `chaos-${index}`,
      }),
    );
    const workflow = await admin.workflows.publish({ source: WORKFLOW });
    await inParallel(RUNS, 8, index =>
      admin.workflows.trigger({
        id: workflow.id,
        parameters: { number: index },
        idempotencyKey: `chaos-${index}`,
      }),
    );
    // prepare, three parts, finish
    const expected = TASKS + RUNS * 5;
    say(`${TASKS} tasks queued and ${RUNS} runs started`);
    const started = performance.now();
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
        atShare: 0.45,
        happen: () => scene.restartPostgres(),
      },
      {
        name: 'RabbitMQ crashes, and is started again',
        atShare: 0.55,
        happen: () => scene.restartBroker(),
      },
      {
        name: 'every connection of agents is cut',
        atShare: 0.65,
        happen: () => scene.cutClients(),
      },
      {
        name: 'an agent is killed with what it holds',
        atShare: 0.8,
        happen: () => scene.killAgent(),
      },
    ];
    const recoveries: number[] = [];
    for (const incident of incidents) {
      await untilDone(scene, expected * incident.atShare, started);
      const held = await scene.held();
      const at = performance.now();
      const happening = incident.happen();
      await until(async () => (await scene.undone(held)) === 0, started);
      const took = performance.now() - at;
      recoveries.push(took);
      await happening;
      say(
        `${incident.name.padEnd(48)} ${String(held.length).padStart(4)} tasks were held, all done after ${rounded(took)} ms`,
      );
    }
    await untilDone(scene, expected, started);
    await until(async () => (await scene.openRuns()) === 0, started);
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
    await scene.clear();
    await broker.stop();
  }
}

/** Waits until something holds, or patience is at its end. */
async function until(
  holds: () => Promise<boolean>,
  started: number,
): Promise<void> {
  while (!(await holds()) && performance.now() - started < PATIENCE_MS) {
    await sleep(50);
  }
}

async function untilDone(
  scene: Scene,
  count: number,
  started: number,
): Promise<void> {
  await until(async () => ((await scene.done()) ?? 0) >= count, started);
}
