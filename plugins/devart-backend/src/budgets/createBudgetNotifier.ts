import type { LoggerService } from '@backstage/backend-plugin-api';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Audience } from '../notices/Audience';
import { createNotifier } from '../notices/createNotifier';
import { BudgetNoticeStore, type DueAlert } from './BudgetNoticeStore';
import { noticesOfAlert } from './noticesOfAlert';

/**
 * Tells people once of each alert of money: the owner of what it is about, or,
 * where it has none, whoever the configuration makes a supervisor or an admin
 * in its organisation.
 */
export function createBudgetNotifier(options: {
  database: Database;
  audience: Audience;
  notifications: NotificationService;
  logger: LoggerService;
}): Loop {
  const { database, audience, notifications, logger } = options;
  const actor = 'system:budgets';
  const store = new BudgetNoticeStore();
  const recipientsOf = (alert: DueAlert): string[] => {
    const [owner] = audience.principals(alert.owners);
    return owner ? [owner] : audience.staff(alert.organization_id);
  };
  return createNotifier({
    name: 'budget notifier',
    subject: 'budgets',
    notifications,
    logger,
    take: async leaseSeconds => {
      const alert = await database.asSystem(actor, tx =>
        store.take(tx, leaseSeconds),
      );
      return (
        alert && {
          notices: noticesOfAlert(alert, recipientsOf(alert)),
          attempts: alert.attempts,
          markTold: () =>
            database.asSystem(actor, tx => store.markTold(tx, alert.id)),
          markFailed: retryInSeconds =>
            database.asSystem(actor, tx =>
              store.markFailed(tx, alert.id, retryInSeconds),
            ),
        }
      );
    },
  });
}
