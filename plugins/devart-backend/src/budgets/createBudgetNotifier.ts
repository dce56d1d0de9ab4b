import type { LoggerService } from '@backstage/backend-plugin-api';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { RoleMapping } from '@devart/plugin-devart-node';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import { createNotifier } from '../notices/createNotifier';
import { isPrincipal } from '../notices/Notice';
import { BudgetNoticeStore, type DueAlert } from './BudgetNoticeStore';
import { noticesOfAlert } from './noticesOfAlert';

/**
 * Tells people once of each alert of money: the owner of what it is about, or,
 * where it has none, whoever the configuration makes a supervisor or an admin
 * in its organisation.
 */
export function createBudgetNotifier(options: {
  database: Database;
  organizations: Organizations;
  roles: RoleMapping;
  notifications: NotificationService;
  logger: LoggerService;
}): Loop {
  const { database, organizations, roles, notifications, logger } = options;
  const actor = 'system:budgets';
  const store = new BudgetNoticeStore();
  const recipientsOf = (alert: DueAlert): string[] => {
    const owner = alert.owners
      .map(ref => ref?.toLowerCase())
      .find(ref => ref !== undefined && isPrincipal(ref));
    return owner
      ? [owner]
      : roles
          .named(['supervisor', 'admin'])
          .filter(
            ref =>
              isPrincipal(ref) &&
              organizations.organizationOf([ref]).id === alert.organization_id,
          );
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
