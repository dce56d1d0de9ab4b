import { randomUUID } from 'node:crypto';
import knexFactory, { type Knex } from 'knex';
import { TestControlPlane } from './TestControlPlane';

/** A window that does not say what the ledger and the reservations say. */
export interface Mismatch {
  budget_id: string;
  starts_at: Date;
  spent: string;
  held: string;
  entries: string;
  reservations: string;
}

/** Every window whose sums are not those of the ledger and of the reservations of its scope. */
const MISMATCHES = `
  select b.id as budget_id, w.starts_at, w.spent, w.held, e.spent as entries, r.held as reservations
  from budgets b
  cross join lateral (select starts_at, max(ends_at) as ends_at, sum(spent_micros) as spent, sum(reserved_micros) as held
    from budget_windows where budget_id = b.id group by starts_at) w
  cross join lateral (select coalesce(sum(amount_micros), 0) as spent from ledger_entries
    where organization_id = b.organization_id and at >= w.starts_at and at < w.ends_at
      and devart_counts(b.scope_kind, b.scope_ref, service_id, agent_id::text, team, workflow_id::text, run_id::text)) e
  cross join lateral (select coalesce(sum(amount_micros), 0) as held from budget_reservations
    where organization_id = b.organization_id and at >= w.starts_at and at < w.ends_at
      and devart_counts(b.scope_kind, b.scope_ref, service_id, attribution ->> 'agentId', attribution ->> 'team',
        attribution ->> 'workflowId', attribution ->> 'runId')) r
  where w.spent <> e.spent or w.held <> r.held`;

/** Not retried longer than this: something is wrong then. */
const MAX_TRIES = 50;

/** A database with money in it, and many connections with the rights of the control plane. */
export class MoneyParty {
  static async start(): Promise<MoneyParty> {
    const plane = await TestControlPlane.start();
    // The loops would expire reservations in between.
    await plane.stop();
    const owner = plane.sql();
    const knex = knexFactory({
      client: 'pg',
      connection: plane.databaseUrl,
      pool: {
        min: 0,
        max: 12,
        afterCreate: (
          connection: {
            query: (sql: string, done: (e: unknown) => void) => void;
          },
          done: (error: unknown, connection: unknown) => void,
        ) =>
          connection.query('set role devart_system', error =>
            done(error, connection),
          ),
      },
    });
    return new MoneyParty(plane.databaseUrl, owner, knex);
  }

  readonly url: string;
  /** Connects as the owner of the tables. */
  readonly owner: Knex;
  readonly #knex: Knex;

  private constructor(url: string, owner: Knex, knex: Knex) {
    this.url = url;
    this.owner = owner;
    this.#knex = knex;
  }

  async stop(): Promise<void> {
    await this.#knex.destroy();
    await this.owner.destroy();
  }

  /** A new organisation without any money. */
  async organization(timeZone = 'UTC'): Promise<string> {
    const id = randomUUID();
    await this.owner('organizations').insert({
      id,
      name: `o${id}`,
      title: 'Test',
      time_zone: timeZone,
    });
    return id;
  }

  /** Calls one of the functions that move money, again while others were quicker. */
  async call<T = Record<string, unknown>>(
    sql: string,
    bindings: readonly unknown[] = [],
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const { rows } = await this.#knex.raw(
          `select ${sql} as answer`,
          bindings as Knex.RawBinding[],
        );
        return rows[0].answer;
      } catch (error) {
        const { code } = error as { code?: string };
        if (code !== '40001' || tries === MAX_TRIES) {
          throw error;
        }
      }
    }
  }

  /** Several statements in one transaction. */
  async transaction(work: (trx: Knex.Transaction) => Promise<void>) {
    await this.#knex.transaction(work);
  }

  async mismatches(): Promise<Mismatch[]> {
    const { rows } = await this.owner.raw(MISMATCHES);
    return rows;
  }

  async rows<T>(sql: string, bindings: readonly Knex.RawBinding[] = []) {
    const { rows } = await this.owner.raw(sql, [...bindings]);
    return rows as T[];
  }
}
