import type { AuditEntry } from '@devart/plugin-devart-common';
import type { Database } from '../database/Database';
import type { Scope } from '../database/Scope';
import type { Transaction } from '../database/Transaction';
import type { NewAuditEntry } from './NewAuditEntry';

interface AuditRow {
  id: string;
  at: Date;
  actor: string;
  operation: string;
  outcome: AuditEntry['outcome'];
  http_status: number | null;
  subject: string | null;
  entity_ref: string | null;
  detail: Record<string, unknown>;
}

/** What narrows a reading of the audit trail. */
export interface AuditFilter {
  actor?: string;
  operation?: string;
  subject?: string;
  entityRef?: string;
  outcome?: string[];
  since?: string;
  until?: string;
  text?: string;
  beforeId?: string;
  limit: number;
}

/** The SQL of the audit trail. */
export class AuditStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async append(
    tx: Transaction,
    entries: readonly (NewAuditEntry & { id: string; at: Date })[],
  ): Promise<void> {
    await tx.run(
      `insert into audit_entries
         (id, organization_id, at, actor, operation, outcome, http_status, subject, entity_ref, detail)
       values ${entries.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
      entries.flatMap(entry => [
        entry.id,
        entry.organizationId,
        entry.at,
        entry.actor,
        entry.operation,
        entry.outcome,
        entry.httpStatus ?? null,
        entry.subject ?? null,
        entry.entityRef ?? null,
        JSON.stringify(entry.detail),
      ]),
    );
  }

  /** Entries newest first, one more than `limit`. */
  async list(scope: Scope, filter: AuditFilter): Promise<AuditEntry[]> {
    const conditions = ['organization_id = ?'];
    const bindings: (string | number | string[])[] = [scope.organizationId];
    const narrow = (
      condition: string,
      value: string | string[] | undefined,
      times = 1,
    ) => {
      if (value !== undefined) {
        conditions.push(condition);
        bindings.push(...Array(times).fill(value));
      }
    };
    narrow('actor = ?', filter.actor);
    narrow('operation = ?', filter.operation);
    narrow('subject = ?', filter.subject);
    narrow('entity_ref = ?', filter.entityRef);
    narrow('outcome = any(?)', filter.outcome);
    narrow('at >= ?', filter.since);
    narrow('at <= ?', filter.until);
    narrow('id < ?', filter.beforeId);
    narrow(
      `(strpos(lower(operation), lower(?)) > 0 or strpos(lower(actor), lower(?)) > 0
        or strpos(lower(coalesce(subject, '')), lower(?)) > 0 or strpos(lower(detail::text), lower(?)) > 0)`,
      filter.text,
      4,
    );
    const rows = await this.#database.inScope(scope, tx =>
      tx.rows<AuditRow>(
        `select id, at, actor, operation, outcome, http_status, subject, entity_ref, detail
         from audit_entries where ${conditions.join(' and ')} order by id desc limit ?`,
        [...bindings, filter.limit + 1],
      ),
    );
    return rows.map(row => ({
      id: row.id,
      at: row.at.toISOString(),
      actor: row.actor,
      operation: row.operation,
      outcome: row.outcome,
      httpStatus: row.http_status ?? undefined,
      subject: row.subject ?? undefined,
      entityRef: row.entity_ref ?? undefined,
      detail: row.detail,
    }));
  }
}
