import knexFactory, { type Knex } from 'knex';
import { createBenchEngine } from '../../lib/BenchEngine.mts';
import {
  BATCH,
  BATCH_LOOPS,
  inLoops,
  sampleStarts,
  secondsOf,
  SINGLE_LOOPS,
  type DrainMode,
  type QueueEngine,
  type Start,
} from './QueueEngine.mts';

const NEVER = new AbortController().signal;

type Engine = Awaited<ReturnType<typeof createBenchEngine>>;
type Agent = Parameters<Engine['dispatcher']['claim']>[0];

/**
 * devart, driven by the services behind its operations: an agent for each loop,
 * which asks for tasks that need no more than its capabilities, holds each
 * under a lease, and ends it with a fenced attempt, history and event.
 */
export class DevartEngine implements QueueEngine {
  static async create(url: string): Promise<DevartEngine> {
    const knex = knexFactory({
      client: 'pg',
      connection: url,
      pool: { min: 0, max: SINGLE_LOOPS + 2 },
    });
    const engine = await createBenchEngine(knex);
    const agents: Agent[] = [];
    for (let index = 0; index < SINGLE_LOOPS; index++) {
      const capabilities = ['general', 'bench'];
      const { agent } = await engine.agents.register(engine.staff, {
        name: `bench-${index}`,
        description: '',
        capabilities,
        maxConcurrent: 1000,
      });
      agents.push({
        kind: 'agent',
        actor: `agent:${agent.id}`,
        organizationId: engine.organizationId,
        agentId: agent.id,
        // The engine is driven past the keys.
        keyId: agent.id,
        name: agent.name,
        capabilities,
        maxConcurrent: 1000,
      });
    }
    return new DevartEngine(knex, engine, agents);
  }

  readonly name = 'devart';
  readonly #knex: Knex;
  readonly #engine: Engine;
  readonly #agents: readonly Agent[];

  private constructor(knex: Knex, engine: Engine, agents: readonly Agent[]) {
    this.#knex = knex;
    this.#engine = engine;
    this.#agents = agents;
  }

  async fill(count: number): Promise<void> {
    await this.seed(count, { capability: 'bench' });
    await this.vacuum();
  }

  /** Queues tasks in one statement, as old as they are said to be. */
  async seed(
    count: number,
    options: { capability: string; priority?: number; ageSeconds?: number },
  ): Promise<void> {
    await this.#knex.raw(
      `insert into capability_sets (organization_id, capabilities)
       select id, array[?::text] from organizations on conflict do nothing`,
      [options.capability],
    );
    await this.#knex.raw(
      `with made as (
         insert into tasks (id, organization_id, title, description, type, status, priority, capability_set_id,
           max_attempts, input, created_by, created_at)
         select devart_uuid7(), organization_id, 'Task ' || i, '', 'general', 'queued', ?::int, id, 3,
           jsonb_build_object('index', i), 'service:bench', now() - make_interval(secs => ?::int)
         from capability_sets, generate_series(1, ?::int) i where capabilities = array[?::text]
         returning id, organization_id, capability_set_id, priority, created_at)
       insert into task_queue (task_id, organization_id, capability_set_id, sort_key, available_at, ready)
       select id, organization_id, capability_set_id, created_at + priority * interval '15 minutes', now(), true
       from made`,
      [
        options.priority ?? 2,
        options.ageSeconds ?? 0,
        count,
        options.capability,
      ],
    );
  }

  async vacuum(): Promise<void> {
    for (const table of [
      'tasks',
      'task_queue',
      'task_leases',
      'task_attempts',
      'events',
      'event_outbox',
    ]) {
      await this.#knex.raw('vacuum analyze ??', [table]);
    }
  }

  async drain(mode: DrainMode, count: number): Promise<number> {
    const max = mode === 'batched' ? BATCH : 1;
    let done = 0;
    const took = await secondsOf(() =>
      inLoops(mode === 'batched' ? BATCH_LOOPS : SINGLE_LOOPS, async index => {
        for (;;) {
          const ended = await this.#work(this.#agents[index], max);
          if (ended === 0) {
            return;
          }
          done += ended;
        }
      }),
    );
    if (done !== count) {
      throw new Error(`${this.name} did ${done} of ${count} tasks`);
    }
    return took;
  }

  /** Milliseconds that each of so many claims of one task takes; what is claimed is done. */
  async claimTimes(samples: number): Promise<number[]> {
    const times: number[] = [];
    for (let round = 0; round < samples + 20; round++) {
      const started = performance.now();
      const tasks = await this.#claim(this.#agents[0], 1);
      if (round >= 20) {
        times.push(performance.now() - started);
      }
      await this.#complete(this.#agents[0], tasks);
    }
    return times;
  }

  async startLatencies(samples: number): Promise<Start[]> {
    let started = Promise.withResolvers<void>();
    let stopping = false;
    const hangUp = new AbortController();
    const working = inLoops(SINGLE_LOOPS, async index => {
      const agent = this.#agents[index];
      while (!stopping) {
        const tasks = await this.#engine.dispatcher.claim(
          agent,
          { max: 1, waitSeconds: 25 },
          hangUp.signal,
        );
        if (tasks.length > 0) {
          started.resolve();
          await this.#complete(agent, tasks);
        }
      }
    });
    const taken = await sampleStarts(samples, {
      add: () =>
        this.#engine.tasks.create(this.#engine.staff, {
          title: 'Task',
          description: '',
          type: 'general',
          priority: 'medium',
          capabilities: ['bench'],
          input: {},
          maxAttempts: 3,
        }),
      nextStart: () => {
        started = Promise.withResolvers<void>();
        return started.promise;
      },
    });
    stopping = true;
    hangUp.abort();
    await working;
    return taken;
  }

  async stop(): Promise<void> {
    await this.#engine.bell.stop();
    await this.#knex.destroy();
  }

  async #work(agent: Agent, max: number): Promise<number> {
    const tasks = await this.#claim(agent, max);
    await this.#complete(agent, tasks);
    return tasks.length;
  }

  #claim(agent: Agent, max: number) {
    return this.#engine.dispatcher.claim(agent, { max, waitSeconds: 0 }, NEVER);
  }

  async #complete(
    agent: Agent,
    tasks: Awaited<ReturnType<Engine['dispatcher']['claim']>>,
  ): Promise<void> {
    if (tasks.length === 0) {
      return;
    }
    const refusals = await this.#engine.work.completeMany(
      agent,
      tasks.map(({ id, attempt }) => ({
        taskId: id,
        attempt,
        status: 'succeeded' as const,
        output: {},
      })),
    );
    for (const refusal of refusals) {
      if (refusal) {
        throw refusal;
      }
    }
  }
}
