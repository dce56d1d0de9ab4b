import { Conditions } from '../database/Conditions';
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

/**
 * Whole rows of the outbox, up to the one with which there are enough events.
 * The first `limit` rows alone are locked: each holds one event or more.
 */
const TAKE_UNPUBLISHED = `
  with locked as (
    select id, event_ids from event_outbox order by id limit ? for update skip locked
  ),
  counted as (
    select id, event_ids, sum(cardinality(event_ids)) over (order by id) - cardinality(event_ids) as before from locked
  ),
  taken as (
    delete from event_outbox o using counted c where o.id = c.id and c.before < ? returning o.organization_id, o.event_ids
  )
  select ${COLUMNS} from events e
  where (e.organization_id, e.id) in (select organization_id, unnest(event_ids) from taken) order by e.id`;

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
      /** A condition that only what the caller may see meets; all of it without. */
      visible?: Conditions;
      beforeId?: string;
      limit: number;
    },
  ): Promise<EventRow[]> {
    const where = new Conditions()
      .add('organization_id = ?', scope.organizationId)
      .narrow('subject_id = ?', filter.subjectId)
      .narrow('entity_ref = ?', filter.entityRef)
      .narrow('actor = ?', filter.actor)
      .narrow('id < ?', filter.beforeId)
      .with(filter.visible ?? new Conditions());
    return this.#database.inScope(scope, tx =>
      tx.rows<EventRow>(
        `select ${COLUMNS} from events where ${where.sql} order by id desc limit ?`,
        [...where.bindings, filter.limit + 1],
      ),
    );
  }

  /**
   * Takes events that were not published, oldest first, at least `limit` of
   * them if there are as many. They are there again unless the transaction is
   * committed; what another replica publishes is passed over.
   */
  async takeUnpublished(tx: Transaction, limit: number): Promise<EventRow[]> {
    return tx.hotRows<EventRow>(TAKE_UNPUBLISHED, [limit, limit]);
  }

  /** Removes events older than so many days; answers how many. */
  async removeOlderThan(
    tx: Transaction,
    days: number,
    limit: number,
  ): Promise<number> {
    return tx.run(
      `delete from events where (organization_id, id) in (
         select organization_id, id from events where at < now() - make_interval(days => ?::int) limit ?)`,
      [days, limit],
    );
  }
}
