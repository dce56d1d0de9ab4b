import type { HintTopic } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';

/** Something that happened, as it is written down in the transaction that made it happen. */
export interface NewEvent {
  /** UUID of version 7; made by the database unless given. */
  id?: string;
  organizationId: string;
  /** For example `task.succeeded`. */
  topic: string;
  subject: { kind: HintTopic; id: string; name: string };
  entityRef?: string;
  detail?: string;
  /** What a custom event carries. */
  payload?: Record<string, unknown>;
}

/** Writes events in the transactions that make them happen, and wakes whoever publishes them. */
export class EventLog {
  #listener: () => void = () => {};

  /** Says whom to wake when events were committed. */
  onCommitted(listener: () => void): void {
    this.#listener = listener;
  }

  /** Adds events to the transaction. */
  async append(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) {
      return;
    }
    await tx.run(
      `insert into events (id, organization_id, topic, actor, subject_kind, subject_id, subject_name, entity_ref, detail, payload)
       values ${events.map(() => '(coalesce(?::uuid, devart_uuid7()), ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
      events.flatMap(event => [
        event.id ?? null,
        event.organizationId,
        event.topic,
        tx.actor,
        event.subject.kind,
        event.subject.id,
        event.subject.name,
        event.entityRef ?? null,
        event.detail ?? null,
        event.payload ? JSON.stringify(event.payload) : null,
      ]),
    );
    this.announce(tx);
  }

  /** For statements that write their events themselves: wakes the publisher after the commit. */
  announce(tx: Transaction): void {
    tx.afterCommit(() => this.#listener());
  }
}
