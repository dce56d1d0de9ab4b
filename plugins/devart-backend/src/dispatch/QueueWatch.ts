import type { LoggerService } from '@backstage/backend-plugin-api';
import type { QueueThresholds } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { Loop } from '../loops/Loop';
import type { EventLog } from '../outbox/EventLog';
import type { QueueDepth, QueueHealthStore } from './QueueHealthStore';

/** Counting a queue of a million tasks takes a tenth of a second. */
const INTERVAL_MS = 5000;

/** How the queue did when it was last looked at. */
export interface QueueSnapshot {
  depths: readonly QueueDepth[];
  /**
   * Age of the oldest transaction that is open in the database, in seconds.
   * While it is, rows that were deleted from the queue cannot be removed, and
   * claims have to step over them.
   */
  oldestTransactionSeconds: number;
}

function inWords(depth: QueueDepth, thresholds: QueueThresholds) {
  const { ready, oldestReadyAt } = depth;
  if (thresholds.depth !== undefined && ready >= thresholds.depth) {
    return `${ready} tasks wait; ${thresholds.depth} or more are too many`;
  }
  const seconds = oldestReadyAt
    ? Math.floor((Date.now() - oldestReadyAt.getTime()) / 1000)
    : 0;
  if (
    thresholds.oldestSeconds !== undefined &&
    seconds >= thresholds.oldestSeconds
  ) {
    return `a task has waited for ${seconds} s; ${thresholds.oldestSeconds} s are too long`;
  }
  return undefined;
}

/**
 * Looks at the queue as a whole now and then: for metrics, and to tell once
 * when a part of it becomes too long or too old, and once when that is over.
 */
export class QueueWatch {
  readonly loop: Loop;
  readonly #database: Database;
  readonly #store: QueueHealthStore;
  readonly #events: EventLog;
  readonly #thresholdsOf: (capabilities: readonly string[]) => QueueThresholds;
  #snapshot: QueueSnapshot = { depths: [], oldestTransactionSeconds: 0 };

  constructor(options: {
    database: Database;
    store: QueueHealthStore;
    events: EventLog;
    thresholdsOf: (capabilities: readonly string[]) => QueueThresholds;
    logger: LoggerService;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#events = options.events;
    this.#thresholdsOf = options.thresholdsOf;
    this.loop = new Loop({
      name: 'queue watch',
      logger: options.logger,
      intervalMs: INTERVAL_MS,
      round: () => this.#look(),
    });
  }

  get snapshot(): QueueSnapshot {
    return this.#snapshot;
  }

  async #look(): Promise<void> {
    const depths = await this.#database.asSystem('system:queue', async tx => {
      const found = await this.#store.depths(tx);
      await this.#alert(tx, found);
      return found;
    });
    this.#snapshot = {
      depths,
      oldestTransactionSeconds: await this.#database.oldestTransactionSeconds(),
    };
  }

  async #alert(tx: Transaction, depths: readonly QueueDepth[]): Promise<void> {
    const raised: number[] = [];
    for (const depth of depths) {
      const reason = inWords(depth, this.#thresholdsOf(depth.capabilities));
      if (reason !== undefined) {
        raised.push(depth.capabilitySetId);
        if (await this.#store.raise(tx, depth, reason)) {
          await this.#tell(tx, 'queue.alert', depth, reason);
        }
      }
    }
    for (const over of await this.#store.clearAllBut(tx, raised)) {
      await this.#tell(tx, 'queue.recovered', over);
    }
  }

  async #tell(
    tx: Transaction,
    topic: 'queue.alert' | 'queue.recovered',
    part: Pick<QueueDepth, 'organizationId' | 'organization' | 'capabilities'>,
    reason?: string,
  ): Promise<void> {
    const { organizationId, organization, capabilities } = part;
    const named = capabilities.join(', ');
    await this.#events.append(tx, [
      {
        organizationId,
        topic,
        subject: {
          kind: 'organization',
          id: organizationId,
          name: organization,
        },
        detail: reason ? `${named}: ${reason}` : named,
      },
    ]);
  }
}
