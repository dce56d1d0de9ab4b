import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { HintTopic } from '@devart/plugin-devart-common';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { Loop } from '../loops/Loop';
import type { EventStore } from './EventStore';
import type { Hints } from './Hints';

/** With the pause between rounds this keeps up with 20,000 ended tasks a second. */
const BATCH = 2000;
/** Events of this long are published, and hinted at, together. */
const COALESCE_MS = 80;
const BACKSTOP_MS = 1000;

/** Hears of events in the transaction that takes them out of the outbox. */
export type PublishingListener = (
  tx: Transaction,
  events: readonly { id: string; organization_id: string }[],
) => Promise<void>;

/**
 * Publishes committed events: each at least once on the Backstage topic
 * `devart.<kind>`, and as hints to every browser. It leaves the outbox with the
 * commit after it was published, so that a replica that dies in between makes
 * it appear twice rather than never.
 */
export function createEventRelay(options: {
  database: Database;
  store: EventStore;
  events: EventsService;
  hints: Hints;
  onPublishing: PublishingListener;
  logger: LoggerService;
}): Loop {
  const { database, store, events, hints, logger } = options;
  return new Loop({
    name: 'event relay',
    logger,
    intervalMs: BACKSTOP_MS,
    round: async signal => {
      // Fails only when the loop is stopped; what is committed is published still.
      await sleep(COALESCE_MS, undefined, { signal }).catch(() => undefined);
      const published = await database.asSystem('system:relay', async tx => {
        const batch = await store.takeUnpublished(tx, BATCH);
        if (batch.length === 0) {
          return 0;
        }
        for (const event of batch) {
          await events.publish({
            topic: `devart.${event.subject_kind}`,
            eventPayload: {
              id: event.id,
              topic: event.topic,
              organizationId: event.organization_id,
              subjectId: event.subject_id,
              actor: event.actor,
              entityRef: event.entity_ref ?? undefined,
              at: event.at.toISOString(),
            },
          });
        }
        await hints.send(
          batch.map(event => ({
            topic: event.subject_kind as HintTopic,
            id: event.subject_id,
          })),
        );
        await options.onPublishing(tx, batch);
        return batch.length;
      });
      return published >= BATCH ? 'again' : undefined;
    },
  });
}
