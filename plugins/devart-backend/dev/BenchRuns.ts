import knexFactory, { type Knex } from 'knex';
import { Organizations } from '../src/access/Organizations';
import { Database } from '../src/database/Database';
import { EventLog } from '../src/outbox/EventLog';
import { ProgramCache } from '../src/workflows/versions/ProgramCache';
import { RunEngine } from '../src/workflows/runs/RunEngine';
import { RunNoticeStore } from '../src/workflows/notices/RunNoticeStore';
import { RunStore } from '../src/workflows/runs/RunStore';
import { WorkflowsService } from '../src/workflows/versions/WorkflowsService';
import { WorkflowStore } from '../src/workflows/versions/WorkflowStore';

const ACTOR = 'user:default/bench';

/**
 * The workflow engine by itself, in the process of a benchmark, on a database of
 * its own. Operations of steps answer `{ one: 1 }` at once, as the functions do
 * that it is measured beside.
 */
export class BenchRuns {
  static async start(options: {
    postgresUrl: string;
    connections: number;
  }): Promise<BenchRuns> {
    const { postgresUrl, connections } = options;
    const knex = knexFactory({
      client: 'pg',
      connection: postgresUrl,
      pool: { min: connections, max: connections },
    });
    const database = await Database.create({
      database: { getClient: async () => knex },
    });
    const organizations = await Organizations.create({
      configured: [
        {
          name: 'default',
          title: 'Bench',
          members: [],
          currency: 'USD',
          timeZone: 'UTC',
        },
      ],
      database,
    });
    return new BenchRuns(knex, database, organizations.first.id);
  }

  readonly #knex: Knex;
  readonly #engine: RunEngine;
  readonly #programs: ProgramCache;
  readonly #workflows: WorkflowsService;
  readonly #organizationId: string;
  readonly #ended = new Map<string, () => void>();

  private constructor(knex: Knex, database: Database, organizationId: string) {
    this.#knex = knex;
    this.#organizationId = organizationId;
    const events = new EventLog();
    const workflows = new WorkflowStore();
    this.#programs = new ProgramCache({ database, store: workflows });
    const ignore = () => {};
    const logger = {
      error: console.error,
      warn: console.warn,
      info: ignore,
      debug: ignore,
      child: () => logger,
    };
    this.#engine = new RunEngine({
      database,
      store: new RunStore(),
      notices: new RunNoticeStore(),
      workflows,
      programs: this.#programs,
      // What is measured creates no tasks, approvals or other runs.
      effects: {} as never,
      performer: {
        perform: async () => ({ one: 1 }),
        mayRetry: () => false,
      } as never,
      events,
      logger,
      onStored: run => {
        if (run.phase === 'ended') {
          this.#ended.get(run.id)?.();
          this.#ended.delete(run.id);
        }
      },
    });
    this.#workflows = new WorkflowsService({
      database,
      store: workflows,
      programs: this.#programs,
      steps: {} as never,
      secrets: {} as never,
      events,
    });
  }

  /** Publishes a workflow; answers its id. */
  async publish(source: string): Promise<string> {
    const { id } = await this.#workflows.publish(
      {
        kind: 'user',
        actor: ACTOR,
        refs: [ACTOR],
        role: 'admin',
        organizationId: this.#organizationId,
        credentials: {} as never,
      },
      source,
    );
    return id;
  }

  /** Runs a workflow until its end is stored. */
  async run(workflowId: string): Promise<void> {
    const workflow = await this.#programs.get(this.#organizationId, workflowId);
    const { id, made } = await this.#engine.start({
      workflow,
      pinned: false,
      parameters: workflow.program.checkParameters({}),
      trigger: 'manual',
      startedBy: ACTOR,
      actsAs: ACTOR,
      actingRole: 'admin',
      depth: 0,
    });
    if (made?.run.phase !== 'ended') {
      await new Promise<void>(resolve => {
        this.#ended.set(id, resolve);
      });
    }
  }

  /** How many runs did not come to a good end. */
  async failures(): Promise<number> {
    const { rows } = await this.#knex.raw(
      `select count(*)::int as count from workflow_runs where status <> 'succeeded'`,
    );
    return rows[0].count;
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
    await this.#knex.destroy();
  }
}
