import type { LoggerService } from '@backstage/backend-plugin-api';
import { Loop } from '../loops/Loop';
import type { LedgerService } from './LedgerService';

const INTERVAL_MS = 1000;

/**
 * Turns what is held back for calls that nobody settled in time into suspense:
 * it is spent until somebody says what it truly cost, never free again by
 * itself. One reservation a transaction; replicas that sweep together find
 * them settled.
 */
export function createReservationSweeper(options: {
  ledger: LedgerService;
  logger: LoggerService;
}): Loop {
  const { ledger, logger } = options;
  return new Loop({
    name: 'reservation sweeper',
    logger,
    intervalMs: INTERVAL_MS,
    round: async signal => {
      while (!signal.aborted && (await ledger.expireOne())) {
        // The next one, until there is none.
      }
    },
  });
}
