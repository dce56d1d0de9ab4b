import type { LoggerService } from '@backstage/backend-plugin-api';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import { createNotifier } from '../notices/createNotifier';
import type { ApprovalStore } from './ApprovalStore';
import { noticesOf } from './noticesOf';
import type { NoticeStore } from './NoticeStore';

/**
 * Tells people what waits for them and what became of it, after the commit, in
 * one scope for each approval.
 */
export function createApprovalNotifier(options: {
  database: Database;
  store: ApprovalStore;
  notices: NoticeStore;
  notifications: NotificationService;
  logger: LoggerService;
}): Loop {
  const { database, store, notices, notifications, logger } = options;
  const actor = 'system:approvals';
  return createNotifier({
    name: 'approval notifier',
    subject: 'approvals',
    notifications,
    logger,
    take: async leaseSeconds => {
      const taken = await database.asSystem(actor, async tx => {
        const due = await notices.take(tx, leaseSeconds);
        const row = due && (await store.find(tx, due.approval_id));
        return due && row && { due, row };
      });
      if (!taken) {
        return undefined;
      }
      const { due, row } = taken;
      const messages = noticesOf(row, due.told);
      const told = [
        ...new Set([...due.told, ...messages.flatMap(({ to }) => to)]),
      ];
      return {
        notices: messages,
        attempts: due.attempts,
        markTold: () =>
          database.asSystem(actor, tx => notices.markTold(tx, due, told)),
        markFailed: retryInSeconds =>
          database.asSystem(actor, tx =>
            notices.markFailed(tx, due, retryInSeconds),
          ),
      };
    },
  });
}
