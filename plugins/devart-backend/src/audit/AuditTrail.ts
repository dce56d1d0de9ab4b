import type { LoggerService } from '@backstage/backend-plugin-api';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../database/Database';
import { Loop } from '../loops/Loop';
import type { AuditStore } from './AuditStore';
import type { NewAuditEntry } from './NewAuditEntry';

const FLUSH_EVERY_MS = 100;
const BATCH = 500;
/** While the database is away, so many entries wait; further ones go to the log alone. */
const MAX_WAITING = 20_000;

/**
 * Takes down who did what. Entries are written in batches shortly after, so
 * that the trail never holds up a call; on a clean stop all are written.
 */
export class AuditTrail {
  readonly loop: Loop;
  readonly #waiting: (NewAuditEntry & { id: string; at: Date })[] = [];
  readonly #logger: LoggerService;
  readonly #database: Database;
  readonly #store: AuditStore;

  constructor(options: {
    database: Database;
    store: AuditStore;
    logger: LoggerService;
  }) {
    this.#logger = options.logger;
    this.#database = options.database;
    this.#store = options.store;
    this.loop = new Loop({
      name: 'audit trail',
      logger: options.logger,
      intervalMs: FLUSH_EVERY_MS,
      round: async () => {
        await this.flush();
      },
    });
  }

  record(entry: NewAuditEntry): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#logger.error(
        `The audit trail cannot be written; not kept: ${entry.actor} ${entry.operation} ${entry.outcome}`,
      );
      return;
    }
    this.#waiting.push({ ...entry, id: uuidv7(), at: new Date() });
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      await this.#database.asSystem('system:audit', tx =>
        this.#store.append(tx, batch),
      );
      this.#waiting.splice(0, batch.length);
    }
  }
}
