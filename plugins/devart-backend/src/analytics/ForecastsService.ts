import { NotFoundError } from '@backstage/errors';
import {
  FORECAST_ALERT_PROBABILITY,
  MIN_FORECAST_DAYS,
  type BudgetForecast,
} from '@devart/plugin-devart-common';
import { scopeOf, type MemberCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { BudgetsService } from '../budgets/BudgetsService';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { forecastSpend, type Span, type SpendForecast } from './forecastSpend';
import type { ForecastBudgetRow, ForecastStore } from './ForecastStore';
import type { BucketStore } from './BucketStore';

const DAY_MS = 86_400_000;
/** So many whole days before today are looked at: eight weeks. */
const PAST_DAYS = 56;
/** A budget of all time is looked at no further ahead than this. */
const MOST_DAYS_AHEAD = 366;

/** The days of an organisation around now. */
interface Calendar {
  now: Date;
  /** When each of the whole days before today begins, oldest first, and today. */
  past: Date[];
  /** Today and each day to come, with the end of the last. */
  ahead: Date[];
}

/** A forecast with what it rests on. */
interface Look {
  budget: ForecastBudgetRow;
  /** How many whole days it rests on. */
  days: number;
  until: Date;
  forecast?: SpendForecast;
}

function untilOf({ ends_at: endsAt }: ForecastBudgetRow, now: Date): Date {
  const most = now.getTime() + MOST_DAYS_AHEAD * DAY_MS;
  return new Date(Math.min(most, Number(endsAt)));
}

/** From the first day on which something was spent; days without any count as nothing. */
function sinceFirst(
  rows: readonly { day: number; micros: number }[],
  days: number,
): number[] {
  const daily = Array<number>(days).fill(0);
  for (const { day, micros } of rows) {
    daily[day - 1] = micros;
  }
  const first = daily.findIndex(micros => micros !== 0);
  return first < 0 ? [] : daily.slice(first);
}

/** A forecast as it is answered. */
function toForecast({
  forecast,
  days,
  until,
}: Look): Omit<BudgetForecast, 'currency'> {
  const basis = { days, until: until.toISOString() };
  if (!forecast) {
    return {
      ...basis,
      dailyMicros: 0,
      byWeekday: false,
      reason: `There is not enough data: something must have been spent over at least ${MIN_FORECAST_DAYS} whole days; so far it is ${days}`,
    };
  }
  const { dailyMicros, byWeekday, atEnd, runsOut } = forecast;
  const span = ({ earliestAt, latestAt }: Span) => ({
    earliestAt: earliestAt?.toISOString(),
    latestAt: latestAt?.toISOString(),
  });
  return {
    ...basis,
    dailyMicros,
    byWeekday,
    atEnd: {
      expectedMicros: atEnd.expectedMicros,
      ...atEnd.usual,
      wide: atEnd.wide,
    },
    runsOut: runsOut && {
      probability: runsOut.probability,
      expectedAt: runsOut.expectedAt?.toISOString(),
      ...span(runsOut.usual),
      wide: span(runsOut.wide),
    },
  };
}

/** When budgets will run out. */
export class ForecastsService {
  readonly #database: Database;
  readonly #store: ForecastStore;
  readonly #buckets: BucketStore;
  readonly #budgets: BudgetsService;
  readonly #organizations: Organizations;

  constructor(options: {
    database: Database;
    store: ForecastStore;
    buckets: BucketStore;
    budgets: BudgetsService;
    organizations: Organizations;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#buckets = options.buckets;
    this.#budgets = options.budgets;
    this.#organizations = options.organizations;
  }

  /** @throws NotFoundError */
  async forecast(caller: MemberCaller, id: string): Promise<BudgetForecast> {
    const { organizationId } = caller;
    const { currency } = this.#organizations.byId(organizationId);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const budget = await this.#store.find(tx, organizationId, id);
      if (!budget) {
        throw new NotFoundError(`There is no budget ${id}`);
      }
      const [look] = await this.#look(tx, organizationId, [budget]);
      return { currency, ...toForecast(look) };
    });
  }

  /** Tells of budgets that are likely to run out before their windows end, once a window each. */
  async tellOfOverruns(tx: Transaction, organizationId: string): Promise<void> {
    const budgets = await this.#store.untold(tx, organizationId);
    if (budgets.length === 0) {
      return;
    }
    for (const { budget, forecast } of await this.#look(
      tx,
      organizationId,
      budgets,
    )) {
      const runsOut = forecast?.runsOut;
      if (runsOut && runsOut.probability >= FORECAST_ALERT_PROBABILITY) {
        await this.#budgets.tellForecast(tx, budget.id, {
          expectedAt: runsOut.expectedAt?.toISOString(),
          probability: runsOut.probability,
        });
      }
    }
  }

  async #look(
    tx: Transaction,
    organizationId: string,
    budgets: readonly ForecastBudgetRow[],
  ): Promise<Look[]> {
    const now = new Date();
    const calendar = await this.#calendar(
      tx,
      organizationId,
      now,
      new Date(
        Math.max(...budgets.map(budget => untilOf(budget, now).getTime())),
      ),
    );
    const rows = await this.#store.daily(
      tx,
      organizationId,
      budgets.map(({ id }) => id),
      calendar.past,
    );
    return budgets.map(budget => {
      const daily = sinceFirst(
        rows.filter(row => row.budget_id === budget.id),
        calendar.past.length - 1,
      );
      const until = untilOf(budget, now);
      return {
        budget,
        days: daily.length,
        until,
        forecast: forecastSpend({
          daily,
          now,
          days: [...calendar.ahead.filter(day => day < until), until],
          usedMicros: budget.used,
          limitMicros: budget.limit_micros ?? undefined,
          seed: `${budget.id} ${calendar.ahead[0].toISOString()}`,
        }),
      };
    });
  }

  async #calendar(
    tx: Transaction,
    organizationId: string,
    now: Date,
    until: Date,
  ): Promise<Calendar> {
    const all = await this.#buckets.bucketsOf(
      tx,
      organizationId,
      { from: new Date(now.getTime() - PAST_DAYS * DAY_MS), to: until },
      'day',
      PAST_DAYS + MOST_DAYS_AHEAD + 2,
    );
    const today = all.findLastIndex(day => day <= now);
    return {
      now,
      past: all.slice(0, today + 1),
      ahead: all.slice(today),
    };
  }
}
