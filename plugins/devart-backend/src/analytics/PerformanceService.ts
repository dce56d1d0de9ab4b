import type {
  AgentEfficiency,
  PerformanceFigures,
} from '@devart/plugin-devart-common';
import { scopeOf, type MemberCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import type { BucketStore } from './BucketStore';
import { periodBefore, periodOf, toPeriod } from './periodOf';
import { reckoningOf } from './reckoningOf';
import type {
  AttemptsRow,
  EndedRow,
  PerformanceFilter,
  PerformanceStore,
  SpentRow,
  Times,
} from './PerformanceStore';

const MOST_DAYS = 400;
const MOST_TYPES = 50;
const MOST_AGENTS = 100;
const DAY_MS = 86_400_000;

type Figures = Omit<PerformanceFigures, 'created'>;

function ratio(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

function secondsOf(times: Times | undefined) {
  return times ? { p50: times[0], p95: times[1] } : undefined;
}

function figuresOf(parts: {
  attempts?: AttemptsRow;
  /** Tasks that ended without an attempt. */
  others: readonly EndedRow[];
  spent?: number;
  completedCost?: number;
}): Figures {
  const { attempts, others } = parts;
  const count = (how: 'succeeded' | 'failed' | 'cancelled' | 'rejected') =>
    others.reduce((sum, row) => sum + row[how], attempts?.[how] ?? 0);
  const succeeded = count('succeeded');
  const failed = count('failed');
  return {
    succeeded,
    failed,
    cancelled: count('cancelled'),
    rejected: count('rejected'),
    completionRate: ratio(succeeded, succeeded + failed),
    waiting: secondsOf(attempts?.waiting),
    running: secondsOf(attempts?.running),
    attempts: attempts?.attempts ?? 0,
    retries: attempts?.retries ?? 0,
    costMicros: parts.spent ?? 0,
    costPerCompletedMicros:
      succeeded > 0
        ? Math.round((parts.completedCost ?? 0) / succeeded)
        : undefined,
  };
}

function toAgentEfficiency(
  id: string,
  name: string,
  row: AttemptsRow,
  cost: number,
): AgentEfficiency {
  const succeeded = row.attempts_succeeded;
  const failed = row.attempts_failed;
  const lost = row.attempts_lost;
  return {
    agent: { id, name },
    attempts: row.attempts,
    succeeded,
    failed,
    lost,
    successRate: ratio(succeeded, succeeded + failed + lost),
    running: secondsOf(row.running),
    busySeconds: row.busy,
    costMicros: cost,
    costPerSuccessMicros:
      succeeded > 0 ? Math.round(cost / succeeded) : undefined,
  };
}

/** How tasks and agents did. */
export class PerformanceService {
  readonly #database: Database;
  readonly #buckets: BucketStore;
  readonly #organizations: Organizations;
  readonly #store: PerformanceStore;

  constructor(options: {
    database: Database;
    buckets: BucketStore;
    organizations: Organizations;
    store: PerformanceStore;
  }) {
    this.#database = options.database;
    this.#buckets = options.buckets;
    this.#organizations = options.organizations;
    this.#store = options.store;
  }

  /** @throws InvalidInputError */
  async performance(
    caller: MemberCaller,
    asked: { type?: string; from?: string; to?: string },
  ) {
    const { organizationId } = caller;
    const period = periodOf(asked);
    const before = periodBefore(period);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const days = await this.#buckets.bucketsOf(
        tx,
        organizationId,
        {
          from: new Date(
            Math.max(
              period.from.getTime(),
              period.to.getTime() - (MOST_DAYS - 1) * DAY_MS,
            ),
          ),
          to: period.to,
        },
        'day',
        MOST_DAYS,
      );
      const filter = { ...period, type: asked.type };
      const current = await this.#look(tx, organizationId, filter, days);
      const previous = await this.#look(
        tx,
        organizationId,
        { ...before, type: asked.type },
        [],
      );
      return {
        ...reckoningOf(this.#organizations.byId(organizationId)),
        period: toPeriod(period),
        current: current.figures,
        previous: { period: toPeriod(before), ...previous.figures },
        days: current.days,
        types: current.types.slice(0, MOST_TYPES),
        agents: await this.#agents(tx, organizationId, current),
      };
    });
  }

  async #agents(
    tx: Transaction,
    organizationId: string,
    looked: { attempts: readonly AttemptsRow[]; spent: readonly SpentRow[] },
  ): Promise<AgentEfficiency[]> {
    const rows = looked.attempts
      .flatMap(row => (row.agent_id ? [{ ...row, id: row.agent_id }] : []))
      .sort((a, b) => b.attempts - a.attempts || (a.id < b.id ? -1 : 1))
      .slice(0, MOST_AGENTS);
    const names = await this.#store.agentNames(
      tx,
      organizationId,
      rows.map(({ id }) => id),
    );
    const costs = new Map(
      looked.spent.flatMap(row =>
        row.told_by === 'agent' ? [[row.agent_id, row.cost]] : [],
      ),
    );
    return rows.map(row =>
      toAgentEfficiency(
        row.id,
        names.get(row.id) ?? row.agent_name,
        row,
        costs.get(row.id) ?? 0,
      ),
    );
  }

  async #look(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
    days: readonly Date[],
  ) {
    const store = this.#store;
    const [created, attempts, others, spent, completed] = await Promise.all([
      store.countCreated(tx, organizationId, filter),
      store.attempts(tx, organizationId, filter, days),
      store.endedWithoutAttempt(tx, organizationId, filter, days),
      store.spent(tx, organizationId, filter, days),
      store.completedCost(tx, organizationId, filter),
    ]);
    const figures = (type: string | null): Figures =>
      figuresOf({
        attempts: attempts.find(
          row => row.type === type && row.agent_id === null && row.day === null,
        ),
        others: others.filter(row => type === null || row.type === type),
        spent: spent.find(row =>
          type === null
            ? row.told_by === 'all'
            : row.told_by === 'type' && row.type === type,
        )?.cost,
        completedCost: completed.find(row => row.type === type)?.cost,
      });
    const types = new Set(
      [...attempts, ...others, ...spent].flatMap(({ type }) => type ?? []),
    );
    return {
      attempts,
      spent,
      figures: { created, ...figures(null) },
      types: [...types]
        .map(type => ({ type, ...figures(type) }))
        .sort(
          (a, b) =>
            b.succeeded + b.failed - a.succeeded - a.failed ||
            (a.type < b.type ? -1 : 1),
        ),
      days: days.map((day, index) => {
        const { succeeded, failed, costMicros } = figuresOf({
          attempts: attempts.find(row => row.day === index + 1),
          others: others.filter(row => row.day === index + 1),
          spent: spent.find(
            row => row.told_by === 'day' && row.day === index + 1,
          )?.cost,
        });
        return { day: day.toISOString(), succeeded, failed, costMicros };
      }),
    };
  }
}
