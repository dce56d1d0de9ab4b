import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import { Loop } from '../loops/Loop';
import type { ForecastsService } from './ForecastsService';

/** Forecasts are made of whole days; within one they change slowly. */
const INTERVAL_MS = 600_000;

/** Tells now and then of budgets that are likely to run out before their windows end. */
export function createForecastWatch(options: {
  database: Database;
  organizations: Organizations;
  forecasts: ForecastsService;
  logger: LoggerService;
}): Loop {
  const { database, organizations, forecasts, logger } = options;
  return new Loop({
    name: 'forecasts of budgets',
    logger,
    intervalMs: INTERVAL_MS,
    round: async () => {
      for (const { id } of organizations.all) {
        await database.asSystem('system:analytics', tx =>
          forecasts.tellOfOverruns(tx, id),
        );
      }
    },
  });
}
