import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import { BACKSTOP_MS } from '../loops/backstop';
import { Loop } from '../loops/Loop';
import type { ApprovalMachine } from './ApprovalMachine';

const BATCH = 100;

/**
 * Expires or escalates approvals at their deadlines, each in a transaction of
 * its own: one that fails is tried again in the next round and keeps none of
 * the others waiting.
 */
export function createApprovalKeeper(options: {
  approvals: ApprovalMachine;
  logger: LoggerService;
}): Loop {
  const { approvals, logger } = options;
  return new Loop({
    name: 'approval keeper',
    logger,
    intervalMs: BACKSTOP_MS,
    round: async signal => {
      const { ids, nextInMs } = await approvals.due(BATCH);
      let failed = 0;
      for (const id of ids) {
        if (signal.aborted) {
          return undefined;
        }
        try {
          await approvals.expire(id);
        } catch (error) {
          failed++;
          logger.error(
            `Approval ${id} has reached its deadline, but could not be ended: ${stringifyError(error)}`,
          );
        }
      }
      return ids.length === BATCH && failed === 0 ? 'again' : nextInMs;
    },
  });
}
