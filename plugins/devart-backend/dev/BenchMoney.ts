import type { DatabaseService } from '@backstage/backend-plugin-api';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import knexFactory, { type Knex } from 'knex';
import { Organizations } from '../src/access/Organizations';
import { Budgets } from '../src/budgets/Budgets';
import type { NewCharge, NewReservation } from '../src/budgets/charges';
import { Database } from '../src/database/Database';
import type { Audience } from '../src/notices/Audience';
import { EventLog } from '../src/outbox/EventLog';
import type { Outbox } from '../src/outbox/Outbox';

const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
};

/** Windows whose sums are not those of the ledger and of the reservations. */
const MISMATCHES = `
  select count(*)::int as count from budgets b
  cross join lateral (select starts_at, max(ends_at) as ends_at, sum(spent_micros) as spent, sum(reserved_micros) as held
    from budget_windows where budget_id = b.id group by starts_at) w
  where w.spent <> (select coalesce(sum(amount_micros), 0) from ledger_entries
      where organization_id = b.organization_id and at >= w.starts_at and at < w.ends_at
        and devart_counts(b.scope_kind, b.scope_ref, service_id, agent_id::text, team, workflow_id::text, run_id::text))
    or w.held <> (select coalesce(sum(amount_micros), 0) from budget_reservations
      where organization_id = b.organization_id and at >= w.starts_at and at < w.ends_at
        and devart_counts(b.scope_kind, b.scope_ref, service_id, attribution ->> 'agentId', attribution ->> 'team',
          attribution ->> 'workflowId', attribution ->> 'runId'))`;

/**
 * The ledger, put together as the control plane does it, in this process and
 * without HTTP: the same services, under the same database roles. Its loops do
 * not run. For `script/bench budget`.
 */
export class BenchMoney {
  static async start(options: {
    postgresUrl: string;
    connections: number;
  }): Promise<BenchMoney> {
    const knex = knexFactory({
      client: 'pg',
      connection: options.postgresUrl,
      pool: { min: 0, max: options.connections },
    });
    const database = await Database.create({
      database: { getClient: async () => knex } as unknown as DatabaseService,
    });
    const organizations = await Organizations.create({
      configured: [
        {
          name: 'default',
          title: 'Benchmark',
          members: [],
          currency: 'USD',
          timeZone: 'UTC',
        },
      ],
      database,
    });
    const budgets = new Budgets({
      database,
      organizations,
      outbox: {
        events: new EventLog(),
        hints: { gather() {} },
      } as unknown as Outbox,
      configured: [],
      // Its loops do not run: nobody is told of anything.
      audience: {} as Audience,
      notifications: {} as NotificationService,
      logger: silent,
    });
    return new BenchMoney(knex, budgets, organizations.first.id);
  }

  readonly organizationId: string;
  readonly #knex: Knex;
  readonly #budgets: Budgets;

  private constructor(knex: Knex, budgets: Budgets, organizationId: string) {
    this.#knex = knex;
    this.#budgets = budgets;
    this.organizationId = organizationId;
  }

  /** A service with a budget of its own; answers its id. */
  async service(options: {
    name: string;
    callMicros: number;
    limitMicros: number;
    shards?: number;
  }): Promise<string> {
    const { id, budgets } = await this.#budgets.services.create(this.#admin, {
      name: options.name,
      kind: 'api',
      prices: { callMicros: options.callMicros },
      monthlyBudgetMicros: options.limitMicros,
    });
    if (options.shards !== undefined) {
      await this.#budgets.budgets.update(this.#admin, budgets[0].id, {
        limitMicros: options.limitMicros,
        shards: options.shards,
        reason: 'For the benchmark',
      });
    }
    return id;
  }

  /** A budget of the organisation or of a team. */
  async budget(options: {
    scopeKind: 'organization' | 'team';
    scopeRef?: string;
    period: 'day' | 'week' | 'month' | 'total';
    limitMicros: number;
  }): Promise<void> {
    await this.#budgets.budgets.create(this.#admin, {
      ...options,
      shards: 1,
      reason: 'For the benchmark',
    });
  }

  async charge(charge: NewCharge) {
    return this.#budgets.ledger.charge(this.organizationId, charge);
  }

  async reserve(reservation: NewReservation) {
    return this.#budgets.ledger.reserve(this.organizationId, reservation);
  }

  async settle(requestId: string, amountMicros: number) {
    return this.#budgets.ledger.settle(this.organizationId, requestId, {
      amountMicros,
    });
  }

  /** How many windows do not say what the ledger says. */
  async mismatches(): Promise<number> {
    const { rows } = await this.#knex.raw(MISMATCHES);
    return rows[0].count;
  }

  async rows<T>(sql: string): Promise<T[]> {
    const { rows } = await this.#knex.raw(sql);
    return rows;
  }

  async stop(): Promise<void> {
    await this.#knex.destroy();
  }

  get #admin() {
    return {
      kind: 'service' as const,
      actor: 'service:bench',
      role: 'admin' as const,
      refs: [],
      organizationId: this.organizationId,
      credentials: {
        $$type: '@backstage/BackstageCredentials' as const,
        principal: {},
      },
    };
  }
}
