import type { LoggerService } from '@backstage/backend-plugin-api';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Database } from '../../database/Database';
import type { Loop } from '../../loops/Loop';
import type { Audience } from '../../notices/Audience';
import { createNotifier } from '../../notices/createNotifier';
import { noticesOfRun } from './noticesOfRun';
import type { DueRun, RunNoticeStore } from './RunNoticeStore';

/**
 * Tells people once of each run that failed: whoever started it and the owner
 * of its workflow, or, where it has neither, whoever the configuration makes a
 * supervisor or an admin in its organisation. Of a run that is a step of
 * another, only the owner of its own workflow is told.
 */
export function createRunNotifier(options: {
  database: Database;
  store: RunNoticeStore;
  audience: Audience;
  notifications: NotificationService;
  logger: LoggerService;
}): Loop {
  const { database, store, audience, notifications, logger } = options;
  const actor = 'system:workflows';
  const recipientsOf = (run: DueRun): string[] => {
    const { started_by: starter, workflow_owner: owner } = run;
    if (run.is_part) {
      return audience.principals([owner]);
    }
    const concerned = audience.principals([starter, owner]);
    return concerned.length > 0
      ? concerned
      : audience.staff(run.organization_id);
  };
  return createNotifier({
    name: 'run notifier',
    subject: 'failed runs',
    notifications,
    logger,
    take: async leaseSeconds => {
      const run = await database.asSystem(actor, tx =>
        store.take(tx, leaseSeconds),
      );
      return (
        run && {
          notices: noticesOfRun(run, recipientsOf(run)),
          attempts: run.attempts,
          markTold: () =>
            database.asSystem(actor, tx => store.markTold(tx, run.id)),
          markFailed: retryInSeconds =>
            database.asSystem(actor, tx =>
              store.markFailed(tx, run.id, retryInSeconds),
            ),
        }
      );
    },
  });
}
