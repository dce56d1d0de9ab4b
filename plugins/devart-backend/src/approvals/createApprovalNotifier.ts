import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Database } from '../database/Database';
import { Loop } from '../loops/Loop';
import type { ApprovalStore } from './ApprovalStore';
import { noticesOf, type ApprovalNotice } from './noticesOf';
import type { NoticeStore } from './NoticeStore';

/** A replica that dies while it tells holds a notice back for this long. */
const LEASE_SECONDS = 90;
/** Less than a third of the lease: two notices fit into it. */
const SEND_TIMEOUT_MS = 25_000;
const INTERVAL_MS = 2000;
const MAX_ATTEMPTS = 8;

async function sendInTime(
  notifications: NotificationService,
  notice: ApprovalNotice,
  signal: AbortSignal,
): Promise<void> {
  const { to, except, payload } = notice;
  const done = new AbortController();
  const tooLate = sleep(SEND_TIMEOUT_MS, undefined, {
    signal: AbortSignal.any([signal, done.signal]),
  }).then(() => {
    throw new Error(`No answer in ${SEND_TIMEOUT_MS} ms`);
  });
  const sent = notifications.send({
    recipients: {
      type: 'entity',
      entityRef: to,
      ...(except.length > 0 && { excludeEntityRef: except }),
    },
    payload,
  });
  try {
    await Promise.race([sent, tooLate]);
  } finally {
    done.abort();
    // Whichever came second has nobody left to hear of its failure.
    sent.catch(() => undefined);
    tooLate.catch(() => undefined);
  }
}

/**
 * Tells people through Backstage's notifications what waits for them and what
 * became of it: at least once, after the commit, in one scope for each
 * approval. When the portal has no notifications, or they fail, approvals go on
 * without; a notice is tried eight times.
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
  let isFailing = false;
  return new Loop({
    name: 'approval notifier',
    logger,
    intervalMs: INTERVAL_MS,
    round: async signal => {
      const taken = await database.asSystem(actor, async tx => {
        const notice = await notices.take(tx, LEASE_SECONDS);
        const row = notice && (await store.find(tx, notice.approval_id));
        return notice && row && { notice, row };
      });
      if (!taken) {
        return undefined;
      }
      const { notice, row } = taken;
      const messages = noticesOf(row, notice.told);
      try {
        for (const message of messages) {
          await sendInTime(notifications, message, signal);
        }
      } catch (error) {
        // Outages last, and a portal may have no notifications: said once.
        logger[isFailing ? 'debug' : 'warn'](
          `People could not be notified of approvals; they see them in the portal: ${stringifyError(error)}`,
        );
        isFailing = true;
        const attempts = notice.attempts + 1;
        await database.asSystem(actor, tx =>
          notices.markFailed(
            tx,
            notice,
            attempts < MAX_ATTEMPTS ? 2 ** attempts : undefined,
          ),
        );
        return 'again';
      }
      isFailing = false;
      await database.asSystem(actor, tx =>
        notices.markTold(tx, notice, [
          ...new Set([...notice.told, ...messages.flatMap(({ to }) => to)]),
        ]),
      );
      return 'again';
    },
  });
}
