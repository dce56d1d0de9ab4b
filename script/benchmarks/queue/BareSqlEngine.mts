import pg from 'pg';
import {
  BATCH,
  BATCH_LOOPS,
  inLoops,
  secondsOf,
  SINGLE_LOOPS,
  type DrainMode,
} from './QueueEngine.mts';

const CLAIM = `
  with picked as (
    delete from queue where id in (
      select id from queue order by sort_key, id limit $1 for update skip locked)
    returning id)
  insert into leases (id) select id from picked returning id`;
const ACKNOWLEDGE = 'delete from leases where id = any($1::bigint[])';

/**
 * The least that a queue with claims and acknowledgements can be: two narrow
 * tables, nothing kept of what was done. No engine here can be faster.
 */
export class BareSqlEngine {
  static async create(url: string): Promise<BareSqlEngine> {
    const pool = new pg.Pool({ connectionString: url, max: SINGLE_LOOPS });
    await pool.query(`
      create table queue (id bigint generated always as identity primary key, sort_key timestamptz not null default now());
      create index on queue (sort_key, id);
      create table leases (id bigint primary key);`);
    return new BareSqlEngine(pool);
  }

  readonly name = 'bare SQL';
  readonly #pool: pg.Pool;

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async fill(count: number): Promise<void> {
    await this.#pool.query(
      'insert into queue (sort_key) select now() from generate_series(1, $1::int)',
      [count],
    );
    await this.#pool.query('vacuum analyze queue');
    await this.#pool.query('vacuum analyze leases');
  }

  async drain(mode: DrainMode): Promise<number> {
    const limit = mode === 'batched' ? BATCH : 1;
    return secondsOf(() =>
      inLoops(mode === 'batched' ? BATCH_LOOPS : SINGLE_LOOPS, async () => {
        const client = await this.#pool.connect();
        try {
          for (;;) {
            const { rows } = await client.query({
              name: 'claim',
              text: CLAIM,
              values: [limit],
            });
            if (rows.length === 0) {
              return;
            }
            await client.query({
              name: 'acknowledge',
              text: ACKNOWLEDGE,
              values: [rows.map(row => row.id)],
            });
          }
        } finally {
          client.release();
        }
      }),
    );
  }

  async stop(): Promise<void> {
    await this.#pool.end();
  }
}
