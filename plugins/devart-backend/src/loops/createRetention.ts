import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { Loop } from './Loop';

const HOUR_MS = 3_600_000;
/** Rows that one transaction removes, unless told otherwise. */
const BATCH = 5000;

/** Something that removes rows older than so many days, at most `limit` of them; answers how many. */
export interface Retained {
  removeOlderThan(
    tx: Transaction,
    days: number,
    limit: number,
  ): Promise<number>;
}

/** Removes what is older than it is kept, every hour. */
export function createRetention(options: {
  name: string;
  database: Database;
  store: Retained;
  days: number;
  /** How many rows at once, where others go with each. */
  batch?: number;
  logger: LoggerService;
}): Loop {
  const { name, database, store, days, batch = BATCH, logger } = options;
  return new Loop({
    name,
    logger,
    intervalMs: HOUR_MS,
    round: async () => {
      const removed = await database.asSystem('system:retention', tx =>
        store.removeOlderThan(tx, days, batch),
      );
      return removed === batch ? 'again' : undefined;
    },
  });
}
