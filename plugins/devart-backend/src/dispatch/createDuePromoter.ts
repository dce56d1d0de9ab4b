import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Database } from '../database/Database';
import { Loop } from '../loops/Loop';
import type { TaskQueue } from '../tasks/TaskQueue';
import type { QueueBell } from './QueueBell';

const BATCH = 1000;
const INTERVAL_MS = 500;

/** Makes tasks claimable whose time has come. */
export function createDuePromoter(options: {
  database: Database;
  queue: TaskQueue;
  bell: QueueBell;
  /** Is told of the tasks that became claimable. */
  onDue: (taskIds: readonly string[]) => void;
  logger: LoggerService;
}): Loop {
  const { database, queue, bell, onDue, logger } = options;
  return new Loop({
    name: 'due promoter',
    logger,
    intervalMs: INTERVAL_MS,
    round: async () => {
      const { promoted, nextInMs } = await database.asSystem('system:due', tx =>
        queue.promoteDue(tx, BATCH),
      );
      if (promoted.length > 0) {
        bell.ring();
        onDue(promoted);
      }
      return promoted.length === BATCH ? 'again' : nextInMs;
    },
  });
}
