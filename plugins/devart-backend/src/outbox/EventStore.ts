import type { Database } from '../database/Database';
import type { Scope } from '../database/Scope';
import type { Transaction } from '../database/Transaction';

/** A row of `events`. */
export interface EventRow {
  id: string;
  organization_id: string;
  topic: string;
  actor: string;
  subject_kind: string;
  subject_id: string;
  subject_name: string;
  entity_ref: string | null;
  detail: string | null;
  at: Date;
}

const COLUMNS =
  'id, organization_id, topic, actor, subject_kind, subject_id, subject_name, entity_ref, detail, at';

/** The SQL of events. */
export class EventStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Events newest first, one more than `limit`. */
  async list(
    scope: Scope,
    filter: {
      subjectId?: string;
      entityRef?: string;
      actor?: string;
      beforeId?: string;
      limit: number;
    },
  ): Promise<EventRow[]> {
    const conditions = ['organization_id = ?'];
    const bindings: (string | number)[] = [scope.organizationId];
    const narrow = (column: string, value: string | undefined) => {
      if (value !== undefined) {
        conditions.push(`${column} ?`);
        bindings.push(value);
      }
    };
    narrow('subject_id =', filter.subjectId);
    narrow('entity_ref =', filter.entityRef);
    narrow('actor =', filter.actor);
    narrow('id <', filter.beforeId);
    return this.#database.inScope(scope, tx =>
      tx.rows<EventRow>(
        `select ${COLUMNS} from events where ${conditions.join(' and ')}
         order by id desc limit ?`,
        [...bindings, filter.limit + 1],
      ),
    );
  }

  /**
   * Events that were not published, oldest first, locked until the transaction
   * ends; what another replica publishes is passed over.
   */
  async lockUnpublished(tx: Transaction, limit: number): Promise<EventRow[]> {
    return tx.rows<EventRow>(
      `select ${COLUMNS} from events where published_at is null
       order by id limit ? for update skip locked`,
      [limit],
    );
  }

  async markPublished(tx: Transaction, ids: readonly string[]): Promise<void> {
    await tx.run(
      'update events set published_at = now() where id = any(?::uuid[])',
      [ids as string[]],
    );
  }

  /** Removes published events older than so many days; answers how many. */
  async removeOlderThan(
    tx: Transaction,
    days: number,
    limit: number,
  ): Promise<number> {
    return tx.run(
      `delete from events where id in (
         select id from events where published_at is not null
           and at < now() - make_interval(days => ?::int) limit ?)`,
      [days, limit],
    );
  }
}
