import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import { Loop } from '../loops/Loop';
import type { Notice } from './Notice';

/** A replica that dies while it tells holds back what it took for this long. */
const LEASE_SECONDS = 90;
/** Less than a third of the lease: two notices fit into it. */
const SEND_TIMEOUT_MS = 25_000;
const INTERVAL_MS = 2000;
const MAX_ATTEMPTS = 8;

/** What was taken to be told. */
export interface TakenNotices {
  notices: readonly Notice[];
  /** How often it was tried before. */
  attempts: number;
  /** Takes down that it was told. */
  markTold(): Promise<void>;
  /** Takes down that it could not be told; without a time it is given up. */
  markFailed(retryInSeconds: number | undefined): Promise<void>;
}

async function sendInTime(
  notifications: NotificationService,
  notice: Notice,
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
 * Tells people of something through Backstage's notifications, at least once.
 * When the portal has no notifications, or they fail, it is tried eight times;
 * nothing else waits for it.
 */
export function createNotifier(options: {
  name: string;
  /** What people are told of, as part of a sentence. */
  subject: string;
  notifications: NotificationService;
  logger: LoggerService;
  /** Takes what is to be told next, for so many seconds in which no other replica takes it. */
  take: (leaseSeconds: number) => Promise<TakenNotices | undefined>;
}): Loop {
  const { name, subject, notifications, logger, take } = options;
  let isFailing = false;
  return new Loop({
    name,
    logger,
    intervalMs: INTERVAL_MS,
    round: async signal => {
      const taken = await take(LEASE_SECONDS);
      if (!taken) {
        return undefined;
      }
      try {
        for (const notice of taken.notices) {
          await sendInTime(notifications, notice, signal);
        }
      } catch (error) {
        // Outages last, and a portal may have no notifications: said once.
        logger[isFailing ? 'debug' : 'warn'](
          `People could not be notified of ${subject}; they see it in the portal: ${stringifyError(error)}`,
        );
        isFailing = true;
        const attempts = taken.attempts + 1;
        await taken.markFailed(
          attempts < MAX_ATTEMPTS ? 2 ** attempts : undefined,
        );
        return 'again';
      }
      isFailing = false;
      await taken.markTold();
      return 'again';
    },
  });
}
