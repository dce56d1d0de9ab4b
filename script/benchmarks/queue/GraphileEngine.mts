import { makeWorkerUtils, run, type WorkerUtils } from 'graphile-worker';
import pg from 'pg';
import {
  BATCH,
  sampleStarts,
  SINGLE_LOOPS,
  type DrainMode,
  type QueueEngine,
  type Start,
} from './QueueEngine.mts';

const TASK = 'bench';

/** The logger of graphile-worker says every job; printing that would be measured, too. */
const logger = new (await import('graphile-worker')).Logger(() => () => {});

/**
 * graphile-worker with the settings that its own page on performance uses for
 * batches (`localQueue.size` 500, `completeJobBatchDelay` 0, 24 jobs at once),
 * and without both for one by one.
 */
export class GraphileEngine implements QueueEngine {
  static async create(url: string): Promise<GraphileEngine> {
    const utils = await makeWorkerUtils({ connectionString: url, logger });
    await utils.migrate();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new GraphileEngine(url, utils, client);
  }

  readonly name = 'graphile-worker';
  readonly #url: string;
  readonly #utils: WorkerUtils;
  readonly #client: pg.Client;

  private constructor(url: string, utils: WorkerUtils, client: pg.Client) {
    this.#url = url;
    this.#utils = utils;
    this.#client = client;
  }

  async fill(count: number): Promise<void> {
    await this.#utils.addJobs(
      Array.from({ length: count }, (_, index) => ({
        identifier: TASK,
        payload: { index },
      })),
    );
    await this.#client.query('vacuum analyze graphile_worker._private_jobs');
  }

  async drain(mode: DrainMode, count: number): Promise<number> {
    let done = 0;
    let startedAt: number | undefined;
    const all = Promise.withResolvers<void>();
    const runner = await this.#run(mode, async () => {
      // From the first handler on: connecting is not part of the measurement.
      startedAt ??= performance.now();
      if (++done === count) {
        all.resolve();
      }
    });
    await all.promise;
    // Acknowledges what is left.
    await runner.stop();
    const took = (performance.now() - startedAt!) / 1000;
    await this.#untilEmpty();
    return took;
  }

  async startLatencies(samples: number): Promise<Start[]> {
    let started = Promise.withResolvers<void>();
    const runner = await this.#run('single', async () => started.resolve());
    const taken = await sampleStarts(samples, {
      add: () => this.#utils.addJob(TASK, {}),
      nextStart: () => {
        started = Promise.withResolvers<void>();
        return started.promise;
      },
    });
    await runner.stop();
    return taken;
  }

  async stop(): Promise<void> {
    await this.#utils.release();
    await this.#client.end();
  }

  /** The last acknowledgements may come a moment after the end of their worker. */
  async #untilEmpty(): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      const { rows } = await this.#client.query(
        'select count(*)::int as left from graphile_worker._private_jobs',
      );
      if (rows[0].left === 0) {
        return;
      }
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    throw new Error(`${this.name} left jobs in its queue`);
  }

  #run(mode: DrainMode, handler: () => Promise<void>) {
    return run({
      preset: {
        worker: {
          connectionString: this.#url,
          ...(mode === 'batched'
            ? {
                concurrentJobs: 24,
                maxPoolSize: 25,
                localQueue: { size: BATCH },
                completeJobBatchDelay: 0,
                failJobBatchDelay: 0,
              }
            : {
                concurrentJobs: SINGLE_LOOPS,
                maxPoolSize: SINGLE_LOOPS + 1,
              }),
        },
      },
      logger,
      taskList: { [TASK]: handler },
      parsedCronItems: [],
      noHandleSignals: true,
    });
  }
}
