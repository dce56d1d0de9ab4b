import type { HintTopic } from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { causeDepth } from '../database/causeDepth';
import type { Transaction } from '../database/Transaction';

/** Writes the events, and what has to be published of them for each organisation. */
const APPEND = `
  with added as (
    select e.* from unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[],
      ?::text[], ?::smallint[])
      as e (id, organization_id, topic, actor, subject_kind, subject_id, subject_name, entity_ref, detail, payload, depth)
  ),
  logged as (
    insert into events (id, organization_id, topic, actor, subject_kind, subject_id, subject_name, entity_ref, detail, payload, depth)
    select id, organization_id, topic, actor, subject_kind, subject_id, subject_name, entity_ref, detail, payload::jsonb, depth from added
  )
  insert into event_outbox (organization_id, event_ids)
  select organization_id, array_agg(id order by id) from added group by organization_id`;

/** Something that happened, as it is written down in the transaction that made it happen. */
export interface NewEvent {
  /** UUID of version 7; made here unless given. */
  id?: string;
  organizationId: string;
  /** For example `task.succeeded`. */
  topic: string;
  /** Who did it, where that is not whoever acts in the transaction. */
  actor?: string;
  subject: { kind: HintTopic; id: string; name: string };
  entityRef?: string;
  detail?: string;
  /** What a custom event carries. */
  payload?: Record<string, unknown>;
  /** How many runs of workflows lie before it, where that is not what lies before the transaction. */
  depth?: number;
}

/** Writes events in the transactions that make them happen, and wakes whoever publishes them. */
export class EventLog {
  readonly #listeners: (() => void)[] = [];

  /** Adds whom to wake when events were committed. */
  onCommitted(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Adds events to the transaction. */
  async append(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) {
      return;
    }
    await tx.hotRows(APPEND, [
      events.map(event => event.id ?? uuidv7()),
      events.map(event => event.organizationId),
      events.map(event => event.topic),
      events.map(event => event.actor ?? tx.actor),
      events.map(event => event.subject.kind),
      events.map(event => event.subject.id),
      events.map(event => event.subject.name),
      events.map(event => event.entityRef ?? null),
      events.map(event => event.detail ?? null),
      events.map(event =>
        event.payload ? JSON.stringify(event.payload) : null,
      ),
      events.map(event => event.depth ?? causeDepth()),
    ]);
    this.announce(tx);
  }

  /** For statements that write their events themselves: wakes the publisher after the commit. */
  announce(tx: Transaction): void {
    tx.afterCommit(() => {
      for (const listener of this.#listeners) {
        listener();
      }
    });
  }
}
