import { NotFoundError } from '@backstage/errors';
import {
  FORECAST_ALERT_PROBABILITY,
  MIN_FORECAST_DAYS,
} from '@devart/plugin-devart-common';
import { scopeOf, type MemberCaller } from '../access/Caller';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { forecastSpend, type SpendForecast } from './forecastSpend';
import type { ForecastBudgetRow, ForecastStore } from './ForecastStore';
import type { MoneyStore } from './MoneyStore';

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

/** When budgets will run out. */
export class ForecastsService {
  readonly #database: Database;
  readonly #store: ForecastStore;
  readonly #money: MoneyStore;

  constructor(options: {
    database: Database;
    store: ForecastStore;
    money: MoneyStore;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#money = options.money;
  }

  /** @throws NotFoundError */
  async forecast(caller: MemberCaller, id: string) {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const { currency } = await this.#money.reckoningOf(tx, organizationId);
      const budget = await this.#store.find(tx, organizationId, id);
      if (!budget) {
        throw new NotFoundError(`There is no budget ${id}`);
      }
      const [look] = await this.#look(tx, organizationId, [budget]);
      const { forecast, days, until } = look;
      const basis = { currency, days, until: until.toISOString() };
      if (!forecast) {
        return {
          ...basis,
          reason: `There is not enough data: something must have been spent over at least ${MIN_FORECAST_DAYS} whole days; so far it is ${days}`,
        };
      }
      const { dailyMicros, byWeekday, atEnd, runsOut } = forecast;
      return {
        ...basis,
        dailyMicros,
        byWeekday,
        atEnd,
        runsOut: runsOut && {
          probability: runsOut.probability,
          expectedAt: runsOut.expectedAt?.toISOString(),
          intervals: runsOut.intervals.map(
            ({ level, earliestAt, latestAt }) => ({
              level,
              earliestAt: earliestAt?.toISOString(),
              latestAt: latestAt?.toISOString(),
            }),
          ),
        },
      };
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
        await this.#store.tell(tx, budget, {
          scopeKind: budget.scope_kind,
          scopeRef: budget.scope_ref || undefined,
          period: budget.period,
          limitMicros: budget.limit_micros,
          spentMicros: budget.spent,
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
    const all = await this.#money.bucketsOf(
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
