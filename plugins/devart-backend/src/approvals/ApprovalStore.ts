import type { ApprovalStatus } from '@devart/plugin-devart-common';
import type { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';
import { EVERYBODY, type ApprovalRow } from './ApprovalRow';
import type { CheckedApproval } from './NewApproval';

/** What narrows a list of approvals. */
export interface ApprovalFilter {
  status?: readonly ApprovalStatus[];
  entityRef?: string;
  subject?: { kind: 'task' | 'run'; id: string };
  text?: string;
  /** Only those that this person may decide now. */
  decidableBy?: { actor: string; refs: readonly string[] };
  /** A further condition on `a`. */
  only?: Conditions;
}

const SELECT_APPROVAL = `
  select a.id, a.organization_id, a.status, a.title, a.description, a.effect, a.effect_class, a.action,
    a.edit_asked, a.edit, a.cost_micros, a.requested_by, a.approvers, a.approvals_needed, a.expires_at,
    a.on_expiry, a.escalate_to, a.escalated_at, a.subject_kind, a.subject_id, a.subject_name, a.subject_step,
    a.subject_step_run_id, a.task_attempt, a.entity_ref, a.reason, a.created_at, a.decided_at, a.version,
    a.content_version, a.expires_at <= clock_timestamp() as due,
    coalesce((select json_agg(json_build_object('by', d.decided_by, 'onBehalfOf', d.on_behalf_of,
      'decision', d.decision, 'comment', d.comment, 'edit', d.edit, 'contentVersion', d.content_version,
      'at', d.at) order by d.id) from approval_decisions d where d.approval_id = a.id), '[]') as decisions,
    coalesce((select json_agg(json_build_object('from', g.from_actor, 'to', g.to_ref, 'comment', g.comment,
      'at', g.at) order by g.id) from approval_delegations g where g.approval_id = a.id), '[]') as delegations,
    coalesce((select json_agg(json_build_object('ref', w.ref, 'onBehalfOf', w.on_behalf_of)
      order by w.on_behalf_of, w.ref) from approval_deciders w where w.approval_id = a.id), '[]') as deciders
  from approvals a`;

/**
 * The approvals that somebody may decide now, newest first. The newest of each
 * of their references are read from the primary key of `approval_deciders` and
 * merged. "offset 0" keeps the planner from reading all pending approvals in
 * their order until it comes upon those of the inbox: at 100,000 of them that
 * took 1.4 s, and this takes 1 ms.
 */
function decidablePage(
  person: { actor: string; refs: readonly string[] },
  narrowed: {
    organizationId: string;
    conditions: string[];
    bindings: unknown[];
    beforeId?: string;
    limit: number;
  },
): { sql: string; bindings: unknown[] } {
  const { organizationId, conditions, bindings, beforeId, limit } = narrowed;
  // Said of the deciders, too: a page further down begins where it is in their index.
  const after = beforeId === undefined ? '' : 'and w.approval_id < ?';
  return {
    sql: `select distinct x.id from unnest(?::text[]) as asked (ref)
      cross join lateral (
        select distinct on (w.approval_id) w.approval_id as id
        from approval_deciders w cross join lateral (
          select 1 from approvals a
          where a.id = w.approval_id and ${conditions.join(' and ')}
            and a.status = 'pending' and a.expires_at > now() and lower(a.requested_by) <> lower(?)
            and not exists (select 1 from approval_decisions d
              where d.approval_id = a.id and d.content_version = a.content_version
                and (d.decided_by = ? or d.mandate = coalesce(nullif(w.on_behalf_of, ''), ?)))
          offset 0) open
        where w.organization_id = ? and w.ref = asked.ref ${after}
        order by w.approval_id desc limit ?) x
      order by x.id desc limit ?`,
    bindings: [
      [...person.refs, EVERYBODY],
      ...bindings,
      person.actor,
      person.actor,
      person.actor,
      organizationId,
      ...(beforeId === undefined ? [] : [beforeId]),
      limit,
      limit,
    ],
  };
}

/** The SQL of approvals; what is told about them has a store of its own. */
export class ApprovalStore {
  /** Answers false when there is an approval with the same idempotency key already. */
  async insert(
    tx: Transaction,
    approval: CheckedApproval & {
      id: string;
      organizationId: string;
      requestHash?: Buffer;
    },
  ): Promise<boolean> {
    const { subject } = approval;
    const edit = approval.edit ? JSON.stringify(approval.edit) : null;
    const inserted = await tx.run(
      `insert into approvals (id, organization_id, title, description, effect, effect_class, action, edit_asked,
         edit, cost_micros, requested_by, approvers, approvals_needed, expires_after_ms, expires_at, on_expiry,
         escalate_to, subject_kind, subject_id, subject_name, subject_step, subject_step_run_id, task_attempt,
         entity_ref, idempotency_key, request_hash)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::text[], ?, ?,
         clock_timestamp() + make_interval(secs => ?::double precision), ?, ?::text[], ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing`,
      [
        approval.id,
        approval.organizationId,
        approval.title,
        approval.description,
        approval.effect ?? null,
        approval.effectClass,
        JSON.stringify(approval.action),
        edit,
        edit,
        approval.costMicros ?? null,
        approval.requestedBy,
        approval.approvers as string[],
        approval.approvalsNeeded,
        approval.expiresAfterMs,
        approval.expiresAfterMs / 1000,
        approval.onExpiry,
        approval.escalateTo as string[],
        subject?.kind ?? null,
        subject?.id ?? null,
        subject?.name ?? null,
        subject?.step ?? null,
        subject?.stepRunId ?? null,
        approval.taskAttempt ?? null,
        approval.entityRef ?? null,
        approval.idempotencyKey ?? null,
        approval.requestHash ?? null,
      ],
    );
    if (inserted === 0) {
      return false;
    }
    await this.#addDeciders(tx, approval.id, approval.approvers);
    return true;
  }

  async findByIdempotencyKey(
    tx: Transaction,
    organizationId: string,
    key: string,
  ): Promise<{ id: string; request_hash: Buffer } | undefined> {
    const [row] = await tx.rows<{ id: string; request_hash: Buffer }>(
      'select id, request_hash from approvals where organization_id = ? and idempotency_key = ?',
      [organizationId, key],
    );
    return row;
  }

  async find(tx: Transaction, id: string): Promise<ApprovalRow | undefined> {
    const [row] = await tx.rows<ApprovalRow>(
      `${SELECT_APPROVAL} where a.id = ?`,
      [id],
    );
    return row;
  }

  async findOfOrganization(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<ApprovalRow | undefined> {
    const row = await this.find(tx, id);
    return row?.organization_id === organizationId ? row : undefined;
  }

  /** The approval that an attempt at a task asked for. */
  async findOfAttempt(
    tx: Transaction,
    taskId: string,
    attempt: number,
  ): Promise<ApprovalRow | undefined> {
    const [row] = await tx.rows<ApprovalRow>(
      `${SELECT_APPROVAL} where a.subject_kind = 'task' and a.subject_id = ? and a.task_attempt = ?`,
      [taskId, attempt],
    );
    return row;
  }

  /**
   * Locks an approval until the transaction ends and reads what was committed
   * before; undefined when it is gone, or with `skipLocked` somebody else's.
   */
  async lock(
    tx: Transaction,
    id: string,
    options: { skipLocked?: boolean } = {},
  ): Promise<ApprovalRow | undefined> {
    const locked = await tx.rows(
      `select 1 from approvals where id = ? for update${options.skipLocked ? ' skip locked' : ''}`,
      [id],
    );
    // Only a statement of its own sees what was committed while this one waited.
    return locked.length > 0 ? this.find(tx, id) : undefined;
  }

  /** Ids of what waits of a task. */
  async pendingOfTask(tx: Transaction, taskId: string): Promise<string[]> {
    const rows = await tx.rows<{ id: string }>(
      `select id from approvals where subject_kind = 'task' and subject_id = ? and status = 'pending'`,
      [taskId],
    );
    return rows.map(({ id }) => id);
  }

  /** How many approvals somebody may decide, counted up to a bound. */
  async countDecidable(
    tx: Transaction,
    organizationId: string,
    person: { actor: string; refs: readonly string[] },
    { only, upTo }: { only: Conditions; upTo: number },
  ): Promise<number> {
    const page = decidablePage(person, {
      organizationId,
      conditions: ['a.organization_id = ?', only.sql],
      bindings: [organizationId, ...only.bindings],
      limit: upTo,
    });
    const [row] = await tx.rows<{ count: number }>(
      `select count(*)::int as count from (${page.sql}) page`,
      page.bindings as string[],
    );
    return row.count;
  }

  /** Approvals newest first, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: ApprovalFilter & { beforeId?: string; limit: number },
  ): Promise<ApprovalRow[]> {
    const conditions = ['a.organization_id = ?'];
    const bindings: unknown[] = [organizationId];
    const narrow = (condition: string, value: unknown) => {
      if (value !== undefined) {
        conditions.push(condition);
        bindings.push(value);
      }
    };
    narrow('a.status = any(?::text[])', filter.status);
    narrow('a.entity_ref = ?', filter.entityRef);
    narrow('a.subject_kind = ?', filter.subject?.kind);
    narrow('a.subject_id = ?', filter.subject?.id);
    narrow('strpos(lower(a.title), lower(?)) > 0', filter.text);
    narrow('a.id < ?', filter.beforeId);
    if (filter.only) {
      conditions.push(filter.only.sql);
      bindings.push(...filter.only.bindings);
    }
    const limit = filter.limit + 1;
    const page = filter.decidableBy
      ? decidablePage(filter.decidableBy, {
          organizationId,
          conditions,
          bindings,
          beforeId: filter.beforeId,
          limit,
        })
      : {
          sql: `select a.id from approvals a where ${conditions.join(' and ')} order by a.id desc limit ?`,
          bindings: [...bindings, limit],
        };
    return tx.rows<ApprovalRow>(
      `with page as materialized (${page.sql})
       ${SELECT_APPROVAL} join page on page.id = a.id order by a.id desc`,
      page.bindings as string[],
    );
  }

  async addDecision(
    tx: Transaction,
    decision: {
      id: string;
      organizationId: string;
      approvalId: string;
      contentVersion: number;
      onBehalfOf?: string;
      decision: 'approve' | 'reject';
      edit?: Record<string, unknown>;
      comment?: string;
    },
  ): Promise<void> {
    await tx.run(
      `insert into approval_decisions (id, organization_id, approval_id, content_version, decided_by, on_behalf_of,
         decision, edit, comment)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        decision.id,
        decision.organizationId,
        decision.approvalId,
        decision.contentVersion,
        tx.actor,
        decision.onBehalfOf ?? null,
        decision.decision,
        decision.edit ? JSON.stringify(decision.edit) : null,
        decision.comment ?? null,
      ],
    );
  }

  async addDelegation(
    tx: Transaction,
    delegation: {
      id: string;
      organizationId: string;
      approvalId: string;
      onBehalfOf: string;
      to: string;
      comment?: string;
    },
  ): Promise<void> {
    await tx.run(
      `insert into approval_delegations (id, organization_id, approval_id, from_actor, on_behalf_of, to_ref, comment)
       values (?, ?, ?, ?, ?, ?, ?)`,
      [
        delegation.id,
        delegation.organizationId,
        delegation.approvalId,
        tx.actor,
        delegation.onBehalfOf,
        delegation.to,
        delegation.comment ?? null,
      ],
    );
  }

  /** Lets somebody decide on behalf of somebody else. */
  async addDeputy(
    tx: Transaction,
    id: string,
    deputy: { ref: string; onBehalfOf: string },
  ): Promise<void> {
    await tx.run(
      `insert into approval_deciders (organization_id, ref, approval_id, on_behalf_of)
       select organization_id, ?, id, ? from approvals where id = ? on conflict do nothing`,
      [deputy.ref, deputy.onBehalfOf, id],
    );
  }

  /** Takes a change down; with `edit`, what was decided before is about something else now. */
  async touch(
    tx: Transaction,
    id: string,
    edit?: Record<string, unknown>,
  ): Promise<void> {
    await tx.run(
      edit
        ? `update approvals set version = version + 1, content_version = version + 1, edit = ? where id = ?`
        : `update approvals set version = version + 1 where id = ?`,
      edit ? [JSON.stringify(edit), id] : [id],
    );
  }

  /** Brings an approval to its end. */
  async end(
    tx: Transaction,
    id: string,
    status: Exclude<ApprovalStatus, 'pending'>,
    reason?: string,
  ): Promise<void> {
    await tx.run(
      `update approvals set status = ?, reason = ?, decided_at = clock_timestamp(), version = version + 1
       where id = ?`,
      [status, reason ?? null, id],
    );
    await tx.run('delete from approval_deciders where approval_id = ?', [id]);
  }

  /** Asks those who are asked next, for as long as those before them were. */
  async escalate(tx: Transaction, id: string): Promise<void> {
    const [{ approvers }] = await tx.rows<{ approvers: string[] }>(
      `update approvals set approvers = escalate_to, escalated_at = clock_timestamp(),
         expires_at = clock_timestamp() + make_interval(secs => expires_after_ms / 1000.0),
         version = version + 1
       where id = ? returning approvers`,
      [id],
    );
    await tx.run('delete from approval_deciders where approval_id = ?', [id]);
    await this.#addDeciders(tx, id, approvers);
  }

  /** Approvals whose deadline has passed, the longest overdue first. */
  async due(tx: Transaction, limit: number): Promise<string[]> {
    const rows = await tx.rows<{ id: string }>(
      `select id from approvals where status = 'pending' and expires_at <= clock_timestamp()
       order by expires_at limit ?`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** In how many milliseconds the next deadline passes; undefined when there is none. */
  async nextDueInMs(tx: Transaction): Promise<number | undefined> {
    const [row] = await tx.rows<{ ms: number | null }>(
      `select (extract(epoch from min(expires_at) - clock_timestamp()) * 1000)::double precision as ms
       from approvals where status = 'pending' and expires_at > clock_timestamp()`,
    );
    return row.ms ?? undefined;
  }

  async #addDeciders(
    tx: Transaction,
    id: string,
    approvers: readonly string[],
  ): Promise<void> {
    await tx.run(
      `insert into approval_deciders (organization_id, ref, approval_id)
       select a.organization_id, named.ref, a.id from approvals a, unnest(?::text[]) as named (ref) where a.id = ?`,
      [approvers.length > 0 ? (approvers as string[]) : [EVERYBODY], id],
    );
  }
}
