import { ConflictError, NotFoundError } from '@backstage/errors';
import type { ApprovalStatus } from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import type { EventLog } from '../outbox/EventLog';
import {
  subjectOf,
  type ApprovalRow,
  type ApprovalSubject,
} from './ApprovalRow';
import type { ApprovalStore } from './ApprovalStore';
import {
  checkNewApproval,
  hashOfApproval,
  type NewApproval,
} from './NewApproval';
import type { NoticeStore } from './NoticeStore';

/** An approval that has come to its end. */
export interface DecidedApproval {
  id: string;
  organizationId: string;
  subject?: ApprovalSubject;
  status: Exclude<ApprovalStatus, 'pending'>;
  /** What could be changed, as it was approved. */
  edit?: Record<string, unknown>;
  /** Who approved or rejected it, or withdrew it; nobody when it expired. */
  decidedBy: string[];
  /** What was said with the last word, or why it was withdrawn. */
  comment?: string;
}

/** Part of the transaction that decides, with the rights of the control plane. */
export type DecidedListener = (
  tx: Transaction,
  decided: DecidedApproval,
) => Promise<void>;

/** Locks what waits for an approval, before the approval itself is locked. */
export type DecidingListener = (
  tx: Transaction,
  deciding: { organizationId: string; subject: ApprovalSubject },
) => Promise<void>;

/**
 * The state machine of requests for approval. Modes of one:
 *
 * pending: whoever was asked, or became a deputy, may decide. Escalated at its
 *   deadline when it was asked for so, once; then others are asked.
 * approved: as many different people as needed have approved the same content.
 * rejected: one person said no.
 * expired: the deadline has passed.
 * cancelled: withdrawn, or what waited for it is gone.
 *
 * A change of what is asked leaves the approvals before it behind: they were
 * about something else. Every decision is a row that nobody changes.
 */
export class ApprovalMachine {
  readonly #database: Database;
  readonly #store: ApprovalStore;
  readonly #notices: NoticeStore;
  readonly #events: EventLog;
  readonly #onDeciding: DecidingListener[] = [];
  readonly #onDecided: DecidedListener[] = [];

  constructor(options: {
    database: Database;
    store: ApprovalStore;
    notices: NoticeStore;
    events: EventLog;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#notices = options.notices;
    this.#events = options.events;
  }

  /**
   * Says whom to tell of approvals that came to their end, as part of the
   * transaction that ended them. Not told is whoever ended one by
   * {@link withdraw}: it knows.
   */
  onDecided(listener: DecidedListener): void {
    this.#onDecided.push(listener);
  }

  /**
   * Says who locks what waits for an approval. Everybody locks in this order,
   * the subject and then its approval; else a decision and the end of what
   * waits for it could deadlock.
   */
  onDeciding(listener: DecidingListener): void {
    this.#onDeciding.push(listener);
  }

  /**
   * Asks for approval as part of a transaction; `created` is false when the
   * idempotency key was used before.
   *
   * @throws InvalidInputError when nobody could decide it.
   * @throws ConflictError when the idempotency key stands for another request.
   */
  async open(
    tx: Transaction,
    organizationId: string,
    request: NewApproval,
  ): Promise<{ id: string; created: boolean }> {
    const checked = checkNewApproval(request);
    const id = uuidv7();
    const { idempotencyKey } = checked;
    const requestHash =
      idempotencyKey === undefined ? undefined : hashOfApproval(checked);
    return tx.elevated(async () => {
      const inserted = await this.#store.insert(tx, {
        ...checked,
        id,
        organizationId,
        requestHash,
      });
      if (!inserted) {
        const known = await this.#store.findByIdempotencyKey(
          tx,
          organizationId,
          idempotencyKey!,
        );
        if (!known || !known.request_hash.equals(requestHash!)) {
          throw new ConflictError(
            'idempotencyKey: something else was asked under this key; use the key only for the same request',
          );
        }
        return { id: known.id, created: false };
      }
      await this.announce(
        tx,
        {
          id,
          organization_id: organizationId,
          title: checked.title,
          entity_ref: checked.entityRef ?? null,
        },
        'approval.requested',
      );
      return { id, created: true };
    });
  }

  /**
   * Locks what waits for the approval, and then the approval.
   *
   * @throws NotFoundError
   */
  async lock(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<ApprovalRow> {
    return tx.elevated(async () => {
      const seen = await this.#store.findOfOrganization(tx, organizationId, id);
      if (seen) {
        await this.#lockSubject(tx, seen);
      }
      const row = seen && (await this.#store.lock(tx, id));
      if (!row) {
        throw new NotFoundError(`There is no approval ${id}`);
      }
      return row;
    });
  }

  /**
   * Ends a locked approval and tells whoever waits for it, with the rights of
   * the control plane.
   */
  async end(
    tx: Transaction,
    row: ApprovalRow,
    status: DecidedApproval['status'],
    end: { decidedBy: string[]; comment?: string },
  ): Promise<void> {
    await this.#close(tx, row, status, end.comment);
    for (const listener of this.#onDecided) {
      await listener(tx, {
        id: row.id,
        organizationId: row.organization_id,
        subject: subjectOf(row),
        status,
        edit: row.edit ?? undefined,
        ...end,
      });
    }
  }

  /**
   * Withdraws a request as part of a transaction of whoever waited for it, if
   * it is pending; listeners are not told.
   */
  async withdraw(tx: Transaction, id: string, reason: string): Promise<void> {
    await tx.elevated(async () => {
      const row = await this.#store.lock(tx, id);
      if (row?.status === 'pending') {
        await this.#close(tx, row, 'cancelled', reason);
      }
    });
  }

  /** Withdraws what a task waits for, as part of the transaction that takes it out of waiting. */
  async withdrawOfTask(
    tx: Transaction,
    taskId: string,
    reason: string,
  ): Promise<void> {
    for (const id of await this.#store.pendingOfTask(tx, taskId)) {
      await this.withdraw(tx, id, reason);
    }
  }

  /** Ids of approvals whose deadline has passed, and in how many milliseconds the next one does. */
  async due(limit: number): Promise<{ ids: string[]; nextInMs?: number }> {
    return this.#database.asSystem('system:approvals', async tx => {
      const ids = await this.#store.due(tx, limit);
      return { ids, nextInMs: await this.#store.nextDueInMs(tx) };
    });
  }

  /** Does what was asked for at the deadline, unless it was done or the deadline is another by now. */
  async expire(id: string): Promise<void> {
    await this.#database.asSystem('system:approvals', async tx => {
      const seen = await this.#store.find(tx, id);
      if (!seen?.due || seen.status !== 'pending') {
        return;
      }
      await this.#lockSubject(tx, seen);
      // Whoever holds it decides or expires it; this round has nothing to do then.
      const row = await this.#store.lock(tx, id, { skipLocked: true });
      if (!row?.due || row.status !== 'pending') {
        return;
      }
      if (row.on_expiry === 'escalate' && !row.escalated_at) {
        await this.#store.escalate(tx, id);
        await this.announce(
          tx,
          row,
          'approval.escalated',
          `to ${row.escalate_to.join(', ')}`,
        );
        return;
      }
      await this.end(tx, row, 'expired', { decidedBy: [] });
    });
  }

  /** Leaves the event and lets people be told once the transaction is committed. */
  async announce(
    tx: Transaction,
    row: Pick<ApprovalRow, 'id' | 'organization_id' | 'title' | 'entity_ref'>,
    topic: string,
    detail?: string,
  ): Promise<void> {
    await this.#notices.renew(tx, row.id);
    await this.#events.append(tx, [
      {
        organizationId: row.organization_id,
        topic,
        subject: { kind: 'approval', id: row.id, name: row.title },
        entityRef: row.entity_ref ?? undefined,
        detail,
      },
    ]);
  }

  async #close(
    tx: Transaction,
    row: ApprovalRow,
    status: DecidedApproval['status'],
    comment: string | undefined,
  ): Promise<void> {
    const reason = status === 'cancelled' ? comment : undefined;
    await this.#store.end(tx, row.id, status, reason);
    await this.announce(tx, row, `approval.${status}`, comment);
  }

  async #lockSubject(tx: Transaction, row: ApprovalRow): Promise<void> {
    const subject = subjectOf(row);
    if (!subject || row.status !== 'pending') {
      return;
    }
    for (const listener of this.#onDeciding) {
      await listener(tx, { organizationId: row.organization_id, subject });
    }
  }
}
