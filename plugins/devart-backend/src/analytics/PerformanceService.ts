import type {
  AgentEfficiency,
  PerformanceFigures,
} from '@devart/plugin-devart-common';
import { scopeOf, type MemberCaller } from '../access/Caller';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import type { MoneyStore } from './MoneyStore';
import { periodBefore, periodOf, toPeriod } from './periodOf';
import type {
  AgentRow,
  AttemptsRow,
  EndedRow,
  PerformanceFilter,
  PerformanceStore,
} from './PerformanceStore';

const MOST_DAYS = 400;
const MOST_TYPES = 50;
const MOST_AGENTS = 100;
const DAY_MS = 86_400_000;

type Figures = Omit<PerformanceFigures, 'created'>;

function ratio(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

function secondsOf(p50: number | null, p95: number | null) {
  return p50 === null || p95 === null ? undefined : { p50, p95 };
}

function figuresOf(parts: {
  ended?: EndedRow;
  attempts?: AttemptsRow;
  spent?: number;
  completedCost?: number;
}): Figures {
  const { ended, attempts } = parts;
  const succeeded = ended?.succeeded ?? 0;
  const failed = ended?.failed ?? 0;
  return {
    succeeded,
    failed,
    cancelled: ended?.cancelled ?? 0,
    rejected: ended?.rejected ?? 0,
    completionRate: ratio(succeeded, succeeded + failed),
    waiting: attempts && secondsOf(attempts.waiting_p50, attempts.waiting_p95),
    running: attempts && secondsOf(attempts.running_p50, attempts.running_p95),
    attempts: attempts?.attempts ?? 0,
    retries: attempts?.retries ?? 0,
    costMicros: parts.spent ?? 0,
    costPerCompletedMicros:
      succeeded > 0
        ? Math.round((parts.completedCost ?? 0) / succeeded)
        : undefined,
  };
}

function toAgentEfficiency(row: AgentRow, cost: number): AgentEfficiency {
  return {
    agent: { id: row.agent_id, name: row.agent_name },
    attempts: row.attempts,
    succeeded: row.succeeded,
    failed: row.failed,
    lost: row.lost,
    successRate: ratio(row.succeeded, row.succeeded + row.failed + row.lost),
    running: secondsOf(row.running_p50, row.running_p95),
    busySeconds: row.busy,
    costMicros: cost,
    costPerSuccessMicros:
      row.succeeded > 0 ? Math.round(cost / row.succeeded) : undefined,
  };
}

/** How tasks and agents did. */
export class PerformanceService {
  readonly #database: Database;
  readonly #money: MoneyStore;
  readonly #store: PerformanceStore;

  constructor(options: {
    database: Database;
    money: MoneyStore;
    store: PerformanceStore;
  }) {
    this.#database = options.database;
    this.#money = options.money;
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
      const reckoning = await this.#money.reckoningOf(tx, organizationId);
      const days = await this.#money.bucketsOf(
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
      const agents = await this.#store.agents(
        tx,
        organizationId,
        filter,
        MOST_AGENTS,
      );
      const current = await this.#look(tx, organizationId, filter, days);
      const previous = await this.#look(
        tx,
        organizationId,
        { ...before, type: asked.type },
        [],
      );
      return {
        ...reckoning,
        period: toPeriod(period),
        current: current.figures,
        previous: { period: toPeriod(before), ...previous.figures },
        days: current.days,
        types: current.types.slice(0, MOST_TYPES),
        agents: agents.map(row =>
          toAgentEfficiency(row, current.costOfAgent.get(row.agent_id) ?? 0),
        ),
      };
    });
  }

  async #look(
    tx: Transaction,
    organizationId: string,
    filter: PerformanceFilter,
    days: readonly Date[],
  ) {
    const store = this.#store;
    const [created, ended, attempts, spent, completed] = await Promise.all([
      store.countCreated(tx, organizationId, filter),
      store.ended(tx, organizationId, filter, days),
      store.attempts(tx, organizationId, filter),
      store.spent(tx, organizationId, filter, days),
      store.completedCost(tx, organizationId, filter),
    ]);
    const figures = (type: string | null): Figures =>
      figuresOf({
        ended: ended.find(row => row.type === type && row.day === null),
        attempts: attempts.find(row => row.type === type),
        spent: spent.find(row =>
          type === null
            ? row.told_by === 'all'
            : row.told_by === 'type' && row.type === type,
        )?.cost,
        completedCost: completed.find(row => row.type === type)?.cost,
      });
    const types = new Set(
      [...ended, ...attempts, ...spent].flatMap(({ type }) => type ?? []),
    );
    return {
      figures: { created, ...figures(null) },
      types: [...types]
        .map(type => ({ type, ...figures(type) }))
        .sort(
          (a, b) =>
            b.succeeded + b.failed - a.succeeded - a.failed ||
            (a.type < b.type ? -1 : 1),
        ),
      days: days.map((day, index) => {
        const row = ended.find(found => found.day === index + 1);
        return {
          day: day.toISOString(),
          succeeded: row?.succeeded ?? 0,
          failed: row?.failed ?? 0,
          costMicros:
            spent.find(
              found => found.told_by === 'day' && found.day === index + 1,
            )?.cost ?? 0,
        };
      }),
      costOfAgent: new Map(
        spent.flatMap(row =>
          row.told_by === 'agent' && row.agent_id
            ? [[row.agent_id, row.cost] as const]
            : [],
        ),
      ),
    };
  }
}
