import type { LoggerService } from '@backstage/backend-plugin-api';
import { Loop } from '../loops/Loop';
import type { TaskTransports } from './TaskTransports';

const INTERVAL_MS = 5000;
/** What became claimable just now may still be on its way to the transport. */
const YOUNGEST_SECONDS = 3;

/** Publishes again what transports have lost. */
export function createTransportReconciler(options: {
  transports: TaskTransports;
  logger: LoggerService;
}): Loop {
  const { transports, logger } = options;
  return new Loop({
    name: 'transport reconciler',
    logger,
    intervalMs: INTERVAL_MS,
    round: async () => {
      const published = await transports.reconcile(YOUNGEST_SECONDS);
      if (published > 0) {
        logger.debug(`${published} tasks were published again`);
      }
    },
  });
}
