import type { LoggerService } from '@backstage/backend-plugin-api';
import { requireMember } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Budgets } from '../budgets/Budgets';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { AllHandlers, Handlers } from '../operations/Handlers';
import type { Tasks } from '../tasks/Tasks';
import { BucketStore } from './BucketStore';
import { CostKeeper } from './CostKeeper';
import { CostsService } from './CostsService';
import { createForecastWatch } from './createForecastWatch';
import { EstimatesService } from './EstimatesService';
import { EstimateStore } from './EstimateStore';
import { FlagsService } from './FlagsService';
import { FlagStore } from './FlagStore';
import { ForecastsService } from './ForecastsService';
import { ForecastStore } from './ForecastStore';
import { createAnalyticsHandlers } from './operations';
import { PerformanceService } from './PerformanceService';
import { PerformanceStore } from './PerformanceStore';
import { TaskCostStore } from './TaskCostStore';
import { TaskEstimates } from './TaskEstimates';
import { tellExpectedCost } from './tellExpectedCost';
import { UsageStore } from './UsageStore';

/** What things cost and how well they went, put together. */
export class Analytics implements Part {
  readonly handlers: Pick<AllHandlers, 'analytics'>;
  /** The operation on budgets that looks ahead. */
  readonly forecasting: Pick<Handlers<'budgets'>, 'forecast'>;
  readonly background: readonly Loop[];
  readonly #estimates: EstimatesService;

  constructor(options: {
    database: Database;
    organizations: Organizations;
    budgets: Budgets;
    tasks: Tasks;
    logger: LoggerService;
  }) {
    const { database, organizations, logger } = options;
    const ground = { database, organizations, logger };
    const buckets = new BucketStore();
    const costs = new TaskCostStore();
    const flags = new FlagStore();
    const store = new EstimateStore();
    const keeper = new CostKeeper({ ...ground, costs, flags });
    const estimates = new EstimatesService({ ...ground, store });
    const forecasts = new ForecastsService({
      ...ground,
      buckets,
      store: new ForecastStore(),
      budgets: options.budgets.budgets,
    });
    const taskEstimates = new TaskEstimates({ estimates, store });
    options.tasks.service.onCreated((tx, organizationId, tasks) =>
      taskEstimates.keep(tx, organizationId, tasks),
    );
    this.handlers = {
      analytics: createAnalyticsHandlers({
        costs: new CostsService({
          ...ground,
          buckets,
          costs,
          usage: new UsageStore(),
        }),
        performance: new PerformanceService({
          ...ground,
          buckets,
          store: new PerformanceStore(),
        }),
        flags: new FlagsService({ ...ground, store: flags, keeper }),
        estimates,
      }),
    };
    this.forecasting = {
      forecast: async ({ id }, { caller }) =>
        forecasts.forecast(requireMember(caller), id),
    };
    this.#estimates = estimates;
    this.background = [
      keeper.collecting,
      keeper.flagging,
      createForecastWatch({ ...ground, forecasts }),
    ];
  }

  /** The operation that reads a task, with what it was expected to cost. */
  tellExpectedCost(get: Handlers<'tasks'>['get']): Handlers<'tasks'>['get'] {
    return tellExpectedCost(get, this.#estimates);
  }
}
