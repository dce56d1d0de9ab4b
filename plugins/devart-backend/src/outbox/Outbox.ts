import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { SignalsService } from '@backstage/plugin-signals-node';
import type { ObjectAccess } from '../access/ObjectAccess';
import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import { createRetention } from '../loops/createRetention';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { AllHandlers } from '../operations/Handlers';
import { createEventRelay, type PublishingListener } from './createEventRelay';
import { createHintHeartbeat } from './createHintHeartbeat';
import { EventLog } from './EventLog';
import { EventStore } from './EventStore';
import { Hints } from './Hints';
import { createActivityHandlers } from './operations';

/** What happened, and how everybody hears of it, put together. */
export class Outbox implements Part {
  readonly events = new EventLog();
  readonly hints: Hints;
  readonly handlers: Pick<AllHandlers, 'activity'>;
  readonly vital: readonly Loop[];
  readonly background: readonly Loop[];
  readonly #listeners: PublishingListener[] = [];

  constructor(options: {
    config: Pick<DevartConfig, 'activityDays'>;
    database: Database;
    access: ObjectAccess;
    events: EventsService;
    signals: SignalsService;
    logger: LoggerService;
  }) {
    const { config, database, logger } = options;
    const store = new EventStore(database);
    this.hints = new Hints(options);
    const relay = createEventRelay({
      ...options,
      store,
      hints: this.hints,
      onPublishing: async (tx, events) => {
        for (const listener of this.#listeners) {
          await listener(tx, events);
        }
      },
    });
    this.events.onCommitted(() => relay.wake());
    this.handlers = { activity: createActivityHandlers(store, options.access) };
    this.vital = [relay];
    this.background = [
      createHintHeartbeat({ hints: this.hints, logger }),
      createRetention({
        name: 'activity retention',
        database,
        store,
        days: config.activityDays,
        logger,
      }),
    ];
  }

  /** Adds whom to tell of events in the transaction that publishes them. */
  onPublishing(listener: PublishingListener): void {
    this.#listeners.push(listener);
  }

  async stop(): Promise<void> {
    this.hints.stop();
  }
}
