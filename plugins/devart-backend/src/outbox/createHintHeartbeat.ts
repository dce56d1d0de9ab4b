import type { LoggerService } from '@backstage/backend-plugin-api';
import { HINT_HEARTBEAT_SECONDS } from '@devart/plugin-devart-common';
import { Loop } from '../loops/Loop';
import type { Hints } from './Hints';

/** Sends an empty message now and then, so that browsers know that they would hear of changes. */
export function createHintHeartbeat(options: {
  hints: Hints;
  logger: LoggerService;
}): Loop {
  const { hints, logger } = options;
  return new Loop({
    name: 'hint heartbeat',
    logger,
    intervalMs: HINT_HEARTBEAT_SECONDS * 1000,
    round: async () => {
      await hints.send([]);
    },
  });
}
