import type { LoggerService } from '@backstage/backend-plugin-api';
import type { MetricsService } from '@backstage/backend-plugin-api/alpha';
import type { DeliveryReport } from './DeliveryReport';

/**
 * Writes to the log and the metrics what becomes of messages. An outage is said
 * once, and that it is over; a reason why messages are lost once until one is
 * sent again.
 */
export function createDeliveryReports(options: {
  logger: LoggerService;
  metrics: MetricsService;
}): (bot: string) => DeliveryReport {
  const { logger, metrics } = options;
  const sent = metrics.createCounter(
    'notifications.processors.telegram.sent.count',
    { description: 'Messages that Telegram took', unit: '{message}' },
  );
  const failed = metrics.createCounter(
    'notifications.processors.telegram.error.count',
    { description: 'Messages that were given up', unit: '{message}' },
  );
  return bot => {
    let isDelayed = false;
    const said = new Set<string>();
    return {
      sent() {
        sent.add(1, { bot });
        said.clear();
        if (isDelayed) {
          isDelayed = false;
          logger.info(`${bot}: messages are sent again`);
        }
      },
      delayed(problem) {
        logger[isDelayed ? 'debug' : 'warn'](
          `${bot}: messages wait and are tried again: ${problem}`,
        );
        isDelayed = true;
      },
      closed(chat, problem) {
        logger.warn(
          `${bot}: nothing more is sent to the chat ${chat} for now: ${problem}`,
        );
      },
      moved(from, to) {
        logger.warn(
          `${bot}: the chat ${from} has become ${to}; put the new id where the old one is`,
        );
      },
      lost(chat, count, reason) {
        failed.add(count, { bot });
        const messages = count === 1 ? 'a message' : `${count} messages`;
        const to = chat === undefined ? '' : ` to the chat ${chat}`;
        logger[said.has(reason) ? 'debug' : 'error'](
          `${bot}: gave up ${messages}${to}: ${reason}`,
        );
        said.add(reason);
      },
    };
  };
}
