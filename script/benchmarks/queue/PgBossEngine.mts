import pg from 'pg';
import { PgBoss } from 'pg-boss';
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

const QUEUE = 'bench';

/**
 * pg-boss, driven by `fetch` and `complete`: its `work` waits half a second
 * between two batches at the least. Where latency is measured, `work` with its
 * notifications is used.
 */
export class PgBossEngine implements QueueEngine {
  static async create(url: string): Promise<PgBossEngine> {
    const boss = new PgBoss({
      connectionString: url,
      max: SINGLE_LOOPS + 1,
      supervise: false,
      schedule: false,
      useListenNotify: true,
    });
    await boss.start();
    await boss.createQueue(QUEUE, { notify: true });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new PgBossEngine(boss, client);
  }

  readonly name = 'pg-boss';
  readonly #boss: PgBoss;
  readonly #client: pg.Client;

  private constructor(boss: PgBoss, client: pg.Client) {
    this.#boss = boss;
    this.#client = client;
  }

  async fill(count: number): Promise<void> {
    await this.#boss.insert(
      QUEUE,
      Array.from({ length: count }, (_, index) => ({ data: { index } })),
    );
    await this.#client.query('vacuum analyze');
  }

  async drain(mode: DrainMode, count: number): Promise<number> {
    const batchSize = mode === 'batched' ? BATCH : 1;
    let done = 0;
    const took = await secondsOf(() =>
      inLoops(mode === 'batched' ? BATCH_LOOPS : SINGLE_LOOPS, async () => {
        for (;;) {
          const jobs = await this.#boss.fetch(QUEUE, { batchSize });
          if (jobs.length === 0) {
            return;
          }
          await this.#boss.complete(
            QUEUE,
            jobs.map(({ id }) => id),
          );
          done += jobs.length;
        }
      }),
    );
    if (done !== count) {
      throw new Error(`${this.name} did ${done} of ${count} jobs`);
    }
    return took;
  }

  async startLatencies(samples: number): Promise<Start[]> {
    let started = Promise.withResolvers<void>();
    await this.#boss.work(QUEUE, async () => started.resolve());
    const taken = await sampleStarts(samples, {
      add: () => this.#boss.send(QUEUE, {}),
      nextStart: () => {
        started = Promise.withResolvers<void>();
        return started.promise;
      },
    });
    await this.#boss.offWork(QUEUE);
    return taken;
  }

  async stop(): Promise<void> {
    await this.#boss.stop({ graceful: false });
    await this.#client.end();
  }
}
