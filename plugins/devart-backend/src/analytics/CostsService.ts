import type {
  TaskCost,
  TaskCostGroup,
  TaskStatus,
  TimeBucket,
  UsageGroup,
} from '@devart/plugin-devart-common';
import { scopeOf, type MemberCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { decodeIdCursor, encodeIdCursor } from '../database/Cursor';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { BucketStore } from './BucketStore';
import { periodOf, toPeriod, type Period } from './periodOf';
import { reckoningOf } from './reckoningOf';
import { decodeTaskCostCursor, encodeTaskCostCursor } from './TaskCostCursor';
import type {
  OneTaskCostRow,
  TaskCostFilter,
  TaskCostRow,
  TaskCostStore,
} from './TaskCostStore';
import { foldUsage } from './foldUsage';
import type { UsageStore } from './UsageStore';

const MOST_BUCKETS = 400;

interface AskedPeriod {
  from?: string;
  to?: string;
}

function toOneTaskCost(row: OneTaskCostRow): TaskCost {
  return {
    key: row.key,
    name: row.title ?? row.key,
    task: {
      id: row.key,
      title: row.title ?? undefined,
      status: row.status ?? undefined,
      type: row.type ?? undefined,
      entityRef: row.entity_ref ?? undefined,
      agent: row.agent_id
        ? { id: row.agent_id, name: row.agent_name ?? row.agent_id }
        : undefined,
      model: row.model ?? undefined,
      createdAt: row.created_at.toISOString(),
      finishedAt: row.finished_at?.toISOString(),
      expectedMicros: row.expected ?? undefined,
      flag: row.flag ?? undefined,
    },
    tasks: 1,
    costMicros: row.cost,
    meanMicros: row.cost,
    medianMicros: row.cost,
    p95Micros: row.cost,
    calls: row.calls,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
  };
}

function toTaskCost(row: TaskCostRow): TaskCost {
  return {
    key: row.key || undefined,
    name: row.name ?? (row.key || 'none'),
    tasks: row.tasks,
    costMicros: row.cost,
    meanMicros: row.mean,
    medianMicros: row.median,
    p95Micros: row.p95,
    calls: row.calls,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
  };
}

/** What tasks cost, and how services were used. */
export class CostsService {
  readonly #database: Database;
  readonly #buckets: BucketStore;
  readonly #organizations: Organizations;
  readonly #costs: TaskCostStore;
  readonly #usage: UsageStore;

  constructor(options: {
    database: Database;
    buckets: BucketStore;
    organizations: Organizations;
    costs: TaskCostStore;
    usage: UsageStore;
  }) {
    this.#database = options.database;
    this.#buckets = options.buckets;
    this.#organizations = options.organizations;
    this.#costs = options.costs;
    this.#usage = options.usage;
  }

  /** @throws InvalidInputError */
  async taskCosts(
    caller: MemberCaller,
    asked: AskedPeriod & {
      groupBy: TaskCostGroup;
      sort: 'cost' | 'newest';
      type?: string;
      agentId?: string;
      model?: string;
      entityRef?: string;
      status?: TaskStatus[];
      limit: number;
      cursor?: string;
    },
  ) {
    if (asked.sort === 'newest' && asked.groupBy !== 'task') {
      throw new InvalidInputError([
        {
          field: 'sort',
          problem: `must be cost when grouped by ${asked.groupBy}`,
        },
      ]);
    }
    const { organizationId } = caller;
    const filter = { ...asked, ...periodOf(asked) };
    return this.#database.inScope(scopeOf(caller), async tx => {
      const asOf = await this.#costs.readTo(tx, organizationId);
      const total = await this.#costs.total(tx, organizationId, filter);
      const page =
        filter.groupBy === 'task'
          ? await this.#tasks(tx, organizationId, filter)
          : await this.#groups(tx, organizationId, filter, filter.groupBy);
      return {
        ...reckoningOf(this.#organizations.byId(organizationId)),
        period: toPeriod(filter),
        asOf: (asOf ?? new Date(0)).toISOString(),
        total: { tasks: total.tasks, costMicros: total.cost },
        ...page,
      };
    });
  }

  async #tasks(
    tx: Transaction,
    organizationId: string,
    asked: TaskCostFilter & {
      sort: 'cost' | 'newest';
      limit: number;
      cursor?: string;
    },
  ): Promise<{ items: TaskCost[]; nextCursor?: string }> {
    const { sort, limit, cursor } = asked;
    const id = sort === 'newest' ? decodeIdCursor(cursor) : undefined;
    const after =
      sort === 'newest'
        ? id && { costMicros: 0, key: id }
        : decodeTaskCostCursor(cursor, true);
    const rows = await this.#costs.listTasks(tx, organizationId, asked, {
      sort,
      after: after || undefined,
      limit,
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    let nextCursor: string | undefined;
    if (last && rows.length > limit) {
      nextCursor =
        sort === 'newest'
          ? encodeIdCursor(last.key)
          : encodeTaskCostCursor({ costMicros: last.cost, key: last.key });
    }
    return { items: page.map(toOneTaskCost), nextCursor };
  }

  async #groups(
    tx: Transaction,
    organizationId: string,
    asked: TaskCostFilter & { limit: number; cursor?: string },
    groupBy: Exclude<TaskCostGroup, 'task'>,
  ): Promise<{ items: TaskCost[]; nextCursor?: string }> {
    const { limit } = asked;
    const rows = await this.#costs.listGroups(tx, organizationId, asked, {
      groupBy,
      after: decodeTaskCostCursor(asked.cursor, false),
      limit,
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toTaskCost),
      nextCursor:
        last && rows.length > limit
          ? encodeTaskCostCursor({ costMicros: last.cost, key: last.key })
          : undefined,
    };
  }

  /** @throws InvalidInputError */
  async serviceUsage(
    caller: MemberCaller,
    asked: AskedPeriod & {
      groupBy: UsageGroup;
      bucket: TimeBucket;
      serviceId?: string;
      team?: string;
      groups: number;
    },
  ) {
    const { organizationId } = caller;
    const { groupBy } = asked;
    const filter = { ...asked, ...periodOf(asked) };
    return this.#database.inScope(scopeOf(caller), async tx => {
      const buckets = await this.bucketsIn(
        tx,
        organizationId,
        filter,
        asked.bucket,
      );
      const [rows, suspense] = await Promise.all([
        this.#usage.usage(tx, organizationId, filter, { groupBy, buckets }),
        this.#usage.suspense(tx, organizationId, filter, groupBy),
      ]);
      const folded = foldUsage(rows, suspense, {
        buckets: buckets.length,
        groups: asked.groups,
      });
      const titles =
        groupBy === 'service'
          ? await this.#usage.serviceTitles(
              tx,
              organizationId,
              folded.groups.map(({ key }) => key),
            )
          : new Map<string, string>();
      return {
        ...reckoningOf(this.#organizations.byId(organizationId)),
        period: toPeriod(filter),
        buckets: buckets.map(bucket => bucket.toISOString()),
        ...folded,
        groups: folded.groups.map(({ key, ...usage }) => ({
          key: key || undefined,
          name: titles.get(key) ?? (key || 'none'),
          ...usage,
        })),
      };
    });
  }

  /**
   * When the buckets of a period begin.
   *
   * @throws InvalidInputError when there are too many.
   */
  async bucketsIn(
    tx: Transaction,
    organizationId: string,
    period: Period,
    bucket: TimeBucket,
  ): Promise<Date[]> {
    const buckets = await this.#buckets.bucketsOf(
      tx,
      organizationId,
      period,
      bucket,
      MOST_BUCKETS,
    );
    if (buckets.length > MOST_BUCKETS) {
      throw new InvalidInputError([
        {
          field: 'bucket',
          problem: `the period has more than ${MOST_BUCKETS} of them; ask for longer ones or a shorter period`,
        },
      ]);
    }
    return buckets;
  }
}
