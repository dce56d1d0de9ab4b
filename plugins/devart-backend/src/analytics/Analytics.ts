import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { AllHandlers } from '../operations/Handlers';
import type { Tasks } from '../tasks/Tasks';
import { CostKeeper } from './CostKeeper';
import { CostsService } from './CostsService';
import { EstimatesService } from './EstimatesService';
import { EstimateStore } from './EstimateStore';
import { FlagsService } from './FlagsService';
import { FlagStore } from './FlagStore';
import { MoneyStore } from './MoneyStore';
import { createAnalyticsHandlers } from './operations';
import { PerformanceService } from './PerformanceService';
import { PerformanceStore } from './PerformanceStore';
import { TaskCostStore } from './TaskCostStore';
import { TaskEstimates } from './TaskEstimates';
import { UsageStore } from './UsageStore';

/** What things cost and how well they went, put together. */
export class Analytics implements Part {
  readonly handlers: Pick<AllHandlers, 'analytics'>;
  readonly background: readonly Loop[];

  constructor(options: {
    database: Database;
    organizations: Organizations;
    tasks: Tasks;
    logger: LoggerService;
  }) {
    const { database } = options;
    const money = new MoneyStore();
    const costs = new TaskCostStore();
    const flags = new FlagStore();
    const store = new EstimateStore();
    const keeper = new CostKeeper({ ...options, costs, flags });
    const estimates = new EstimatesService({ database, store, money });
    const taskEstimates = new TaskEstimates({ estimates, store });
    options.tasks.service.onCreated((tx, organizationId, tasks) =>
      taskEstimates.keep(tx, organizationId, tasks),
    );
    this.handlers = {
      analytics: createAnalyticsHandlers({
        costs: new CostsService({
          database,
          money,
          costs,
          usage: new UsageStore(),
        }),
        performance: new PerformanceService({
          database,
          money,
          store: new PerformanceStore(),
        }),
        flags: new FlagsService({ database, store: flags, money, keeper }),
        estimates,
      }),
    };
    this.background = [keeper.collecting, keeper.flagging];
  }
}
