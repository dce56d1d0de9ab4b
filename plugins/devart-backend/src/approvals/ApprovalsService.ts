import { isDeepStrictEqual } from 'node:util';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import type { Approval, ApprovalStatus } from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import {
  scopeOf,
  type AgentCaller,
  type KnownCaller,
  type MemberCaller,
} from '../access/Caller';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { EventLog } from '../outbox/EventLog';
import type { TaskWorkService } from '../tasks/TaskWorkService';
import {
  approversOf,
  currentDecisions,
  subjectOf,
  toApproval,
  type ApprovalRow,
  type ApprovalSubject,
} from './ApprovalRow';
import type { ApprovalFilter, ApprovalStore } from './ApprovalStore';
import {
  checkNewApproval,
  hashOfApproval,
  type NewApproval,
} from './NewApproval';
import type { NoticeStore } from './NoticeStore';
import { shapeProblem } from './shapeProblem';
import { standingOf } from './standingOf';

/** The most delegations of one approval. */
const MAX_DELEGATIONS = 50;

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

/** Says of users and groups which ones the catalog does not have. */
export type FindUnknownPrincipals = (
  refs: readonly string[],
) => Promise<string[]>;

/** A request as a person or service makes it. */
type MemberRequest = Omit<
  NewApproval,
  'requestedBy' | 'subject' | 'taskAttempt'
>;

/** A word on an approval. */
export interface Decision {
  decision: 'approve' | 'reject';
  comment?: string;
  edit?: Record<string, unknown>;
  ifVersion?: number;
}

/**
 * Requests for approval. Modes of one:
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
export class ApprovalsService {
  readonly #database: Database;
  readonly #store: ApprovalStore;
  readonly #notices: NoticeStore;
  readonly #work: TaskWorkService;
  readonly #events: EventLog;
  readonly #mayDecide: (caller: MemberCaller) => Promise<boolean>;
  readonly #findUnknown: FindUnknownPrincipals;
  readonly #onDeciding: DecidingListener[] = [];
  readonly #onDecided: DecidedListener[] = [];

  constructor(options: {
    database: Database;
    store: ApprovalStore;
    notices: NoticeStore;
    work: TaskWorkService;
    events: EventLog;
    /** Whether somebody has the permission to decide at all. */
    mayDecide: (caller: MemberCaller) => Promise<boolean>;
    findUnknown: FindUnknownPrincipals;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#notices = options.notices;
    this.#work = options.work;
    this.#events = options.events;
    this.#mayDecide = options.mayDecide;
    this.#findUnknown = options.findUnknown;
  }

  /**
   * Says whom to tell of approvals that came to their end, as part of the
   * transaction that ended them. Not told is whoever ended one by
   * {@link cancelIn}: it knows.
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
   * Asks for approval.
   *
   * @throws InvalidInputError when nobody could decide it.
   * @throws ConflictError when the idempotency key stands for another request.
   */
  async request(
    caller: MemberCaller,
    request: MemberRequest,
  ): Promise<Approval> {
    await this.#requirePrincipals(request);
    const permitted = await this.#mayDecide(caller);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const { id } = await this.requestIn(tx, caller.organizationId, {
        ...request,
        requestedBy: caller.actor,
      });
      return this.#view(tx, caller, permitted, id);
    });
  }

  /**
   * Asks for approval in the name of an agent; the task it holds waits for it.
   * The attempt ends with it, so that asking again answers what was asked.
   *
   * @throws ConflictError when the agent does not hold the attempt any more.
   */
  async requestForTask(
    agent: AgentCaller,
    request: MemberRequest & { taskId: string; attempt: number },
  ): Promise<Approval> {
    const { taskId, attempt, ...rest } = request;
    await this.#requirePrincipals(rest);
    await this.#work.wait(agent, taskId, attempt, {
      waitingReason: 'approval',
      reason: rest.title,
      also: async (tx, task) => {
        const { created } = await this.requestIn(tx, agent.organizationId, {
          ...rest,
          entityRef: rest.entityRef ?? task.entity_ref ?? undefined,
          requestedBy: agent.actor,
          subject: { kind: 'task', id: task.id, name: task.title },
          taskAttempt: attempt,
        });
        if (!created) {
          throw new ConflictError(
            'idempotencyKey: something was asked under this key before, and a task waits for an answer of its own; leave the key out, an attempt asks once',
          );
        }
      },
    });
    return this.#database.inScope(scopeOf(agent), async tx => {
      const row = await this.#store.findOfAttempt(tx, taskId, attempt);
      if (!row) {
        throw new ConflictError(
          `attempt: attempt ${attempt} ended without asking for approval`,
        );
      }
      return this.#toApproval(row, agent, false);
    });
  }

  /**
   * Asks for approval as part of a transaction; `created` is false when the
   * idempotency key was used before.
   *
   * @throws InvalidInputError when nobody could decide it.
   * @throws ConflictError when the idempotency key stands for another request.
   */
  async requestIn(
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
      await this.#announce(
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

  /** Approvals newest first, one more than `limit`; an agent names the task it holds. */
  async list(
    caller: KnownCaller,
    filter: Omit<ApprovalFilter, 'decidableBy' | 'subject'> & {
      mine?: boolean;
      runId?: string;
      taskId?: string;
      beforeId?: string;
      limit: number;
    },
  ): Promise<Approval[]> {
    const { mine, runId, taskId, ...rest } = filter;
    if (caller.kind === 'agent' && taskId === undefined) {
      throw new InvalidInputError([
        { field: 'taskId', problem: 'needed from agents: the task they hold' },
      ]);
    }
    if (runId !== undefined && taskId !== undefined) {
      throw new InvalidInputError([
        { field: 'runId', problem: 'goes without taskId' },
      ]);
    }
    const permitted = await this.#isPermitted(caller);
    if (mine && (caller.kind !== 'user' || !permitted)) {
      return [];
    }
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.list(tx, caller.organizationId, {
        ...rest,
        ...(runId !== undefined && { subject: { kind: 'run', id: runId } }),
        ...(taskId !== undefined && { subject: { kind: 'task', id: taskId } }),
        ...(mine &&
          caller.kind === 'user' && {
            decidableBy: { actor: caller.actor, refs: caller.refs },
          }),
      }),
    );
    return rows.map(row => this.#toApproval(row, caller, permitted));
  }

  /** @throws NotFoundError */
  async get(caller: KnownCaller, id: string): Promise<Approval> {
    const permitted = await this.#isPermitted(caller);
    return this.#database.inScope(scopeOf(caller), tx =>
      this.#view(tx, caller, permitted, id),
    );
  }

  /**
   * Takes somebody's word on an approval; the same word again is answered like
   * the first time.
   *
   * @throws NotAllowedError when they may not decide, saying why and who may.
   * @throws ConflictError when it is decided already, by them or altogether, or
   * is not what they have read.
   */
  async decide(
    caller: MemberCaller,
    id: string,
    word: Decision,
  ): Promise<Approval> {
    return this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#lock(tx, caller.organizationId, id);
      const own = currentDecisions(row).find(({ by }) => by === caller.actor);
      const said =
        own?.decision === word.decision &&
        (word.edit === undefined || isDeepStrictEqual(word.edit, row.edit));
      if (!said) {
        const onBehalfOf = this.#requireStanding(row, caller);
        this.#checkVersion(row, word);
        const edit = this.#editOf(row, word);
        await this.#enter(tx, row, { ...word, edit, onBehalfOf });
      }
      return this.#view(tx, caller, true, id);
    });
  }

  /**
   * Lets another user or group decide in place of the caller.
   *
   * @throws InvalidInputError when the catalog does not have them, or they asked.
   * @throws NotAllowedError, ConflictError when the caller may not decide.
   */
  async delegate(
    caller: MemberCaller,
    id: string,
    delegation: { to: string; comment?: string },
  ): Promise<Approval> {
    const { to, comment } = delegation;
    const unknown = await this.#findUnknown([to]);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#lock(tx, caller.organizationId, id);
      const onBehalfOf = this.#requireStanding(row, caller) ?? caller.actor;
      const problem = this.#delegationProblem(row, caller, to, unknown);
      if (problem) {
        throw new InvalidInputError([{ field: 'to', problem }]);
      }
      const known = row.deciders.some(
        decider => decider.ref === to && decider.onBehalfOf === onBehalfOf,
      );
      if (known) {
        return this.#view(tx, caller, true, id);
      }
      if (row.delegations.length >= MAX_DELEGATIONS) {
        throw new ConflictError(
          `It was delegated ${MAX_DELEGATIONS} times, which is enough; somebody has to decide`,
        );
      }
      await this.#store.addDelegation(tx, {
        id: uuidv7(),
        organizationId: row.organization_id,
        approvalId: id,
        onBehalfOf,
        to,
        comment,
      });
      await tx.elevated(async () => {
        await this.#store.addDeputy(tx, id, { ref: to, onBehalfOf });
        await this.#store.touch(tx, id);
        await this.#announce(tx, row, 'approval.delegated', `to ${to}`);
      });
      return this.#view(tx, caller, true, id);
    });
  }

  /**
   * Withdraws a request; doing it again changes nothing.
   *
   * @throws ConflictError when it has ended otherwise.
   */
  async cancel(
    caller: MemberCaller,
    id: string,
    reason?: string,
  ): Promise<Approval> {
    const permitted = await this.#mayDecide(caller);
    return this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#lock(tx, caller.organizationId, id);
      if (row.status !== 'pending' && row.status !== 'cancelled') {
        throw new ConflictError(
          `It is ${row.status} already; only what is pending can be withdrawn`,
        );
      }
      if (row.status === 'pending') {
        await tx.elevated(async () => {
          await this.#end(tx, row, 'cancelled', { reason });
          await this.#tell(tx, row, 'cancelled', {
            decidedBy: [caller.actor],
            comment: reason,
          });
        });
      }
      return this.#view(tx, caller, permitted, id);
    });
  }

  /**
   * Withdraws a request as part of a transaction of whoever waited for it, if
   * it is pending; listeners are not told.
   */
  async cancelIn(tx: Transaction, id: string, reason: string): Promise<void> {
    await tx.elevated(async () => {
      const row = await this.#store.lock(tx, id);
      if (row?.status === 'pending') {
        await this.#end(tx, row, 'cancelled', { reason });
      }
    });
  }

  /** Withdraws what a task waits for, as part of the transaction that takes it out of waiting. */
  async cancelOfTaskIn(
    tx: Transaction,
    taskId: string,
    reason: string,
  ): Promise<void> {
    for (const id of await this.#store.pendingOfTask(tx, taskId)) {
      await this.cancelIn(tx, id, reason);
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
        await this.#announce(
          tx,
          row,
          'approval.escalated',
          `to ${row.escalate_to.join(', ')}`,
        );
        return;
      }
      await this.#end(tx, row, 'expired', {});
      await this.#tell(tx, row, 'expired', { decidedBy: [] });
    });
  }

  /** Writes a decision and what follows from it. */
  async #enter(
    tx: Transaction,
    row: ApprovalRow,
    word: Omit<Decision, 'ifVersion'> & { onBehalfOf?: string },
  ): Promise<void> {
    const { id } = row;
    const { decision, edit, comment, onBehalfOf } = word;
    if (edit) {
      await tx.elevated(() => this.#store.touch(tx, id, edit));
    }
    const contentVersion = edit ? row.version + 1 : row.content_version;
    // With the rights of the caller: the database refuses whoever asked.
    await this.#store.addDecision(tx, {
      id: uuidv7(),
      organizationId: row.organization_id,
      approvalId: id,
      contentVersion,
      onBehalfOf,
      decision,
      edit,
      comment,
    });
    await tx.elevated(async () => {
      const before = edit ? [] : approversOf(row);
      if (decision === 'reject') {
        await this.#end(tx, row, 'rejected', { detail: comment });
        await this.#tell(tx, row, 'rejected', {
          decidedBy: [tx.actor],
          comment,
        });
        return;
      }
      const decidedBy = [...before, tx.actor];
      if (decidedBy.length >= row.approvals_needed) {
        await this.#end(tx, row, 'approved', { detail: comment });
        await this.#tell(tx, { ...row, edit: edit ?? row.edit }, 'approved', {
          decidedBy,
          comment,
        });
        return;
      }
      await this.#store.touch(tx, id);
      await this.#announce(
        tx,
        row,
        'approval.updated',
        `approved by ${decidedBy.length} of ${row.approvals_needed}`,
      );
    });
  }

  /** Ends an approval with its event and notice; whoever waits is told by {@link #tell}. */
  async #end(
    tx: Transaction,
    row: ApprovalRow,
    status: DecidedApproval['status'],
    why: { reason?: string; detail?: string },
  ): Promise<void> {
    await this.#store.end(tx, row.id, status, why.reason);
    await this.#announce(
      tx,
      row,
      `approval.${status}`,
      why.reason ?? why.detail,
    );
  }

  async #tell(
    tx: Transaction,
    row: ApprovalRow,
    status: DecidedApproval['status'],
    end: { decidedBy: string[]; comment?: string },
  ): Promise<void> {
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

  /** Leaves the event and lets people be told once the transaction is committed. */
  async #announce(
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

  /** Answers on whose behalf the caller decides; undefined when on their own. */
  #requireStanding(row: ApprovalRow, caller: MemberCaller): string | undefined {
    const standing = standingOf(row, caller, true);
    if (standing.may) {
      return standing.onBehalfOf;
    }
    throw standing.because === 'rights'
      ? new NotAllowedError(standing.whyNot)
      : new ConflictError(standing.whyNot);
  }

  /** @throws ConflictError when the word is about something else than what is asked now. */
  #checkVersion(row: ApprovalRow, word: Decision): void {
    const { ifVersion, decision, edit } = word;
    if (ifVersion === undefined) {
      if (edit) {
        throw new InputError(
          'ifVersion: needed with edit; the version that was read',
        );
      }
      if (decision === 'approve' && row.content_version > 1) {
        throw new ConflictError(
          `ifVersion: needed, since what is to be approved was changed after it was asked for; it is at version ${row.version}`,
        );
      }
      return;
    }
    const isStale = edit
      ? ifVersion !== row.version
      : ifVersion < row.content_version || ifVersion > row.version;
    if (isStale) {
      throw new ConflictError(
        `ifVersion: the request has changed since version ${ifVersion}; it is at version ${row.version}`,
      );
    }
  }

  /** What the action is changed into, if it is changed at all. */
  #editOf(
    row: ApprovalRow,
    word: Decision,
  ): Record<string, unknown> | undefined {
    const { edit, decision } = word;
    if (edit === undefined) {
      return undefined;
    }
    if (decision === 'reject') {
      throw new InputError('edit: goes with approve only');
    }
    if (!row.edit_asked) {
      throw new InputError('edit: nothing of this may be changed');
    }
    const problem = shapeProblem(row.edit_asked, edit, 'edit');
    if (problem) {
      throw new InputError(problem);
    }
    return isDeepStrictEqual(edit, row.edit) ? undefined : edit;
  }

  #delegationProblem(
    row: ApprovalRow,
    caller: MemberCaller,
    to: string,
    unknown: readonly string[],
  ): string | undefined {
    if (to === row.requested_by.toLowerCase()) {
      return 'whoever asked for the approval may not decide it';
    }
    if (to === caller.actor.toLowerCase()) {
      return 'name somebody else than yourself';
    }
    if (row.approvers.includes(to)) {
      return 'was asked already';
    }
    return unknown.length > 0 ? 'is not in the catalog' : undefined;
  }

  /** @throws InvalidInputError when an approver is not in the catalog. */
  async #requirePrincipals(request: MemberRequest): Promise<void> {
    const fields = ['approvers', 'escalateTo'] as const;
    const refs = [...new Set(fields.flatMap(field => request[field] ?? []))];
    if (refs.length === 0) {
      return;
    }
    const unknown = await this.#findUnknown(refs);
    const issues = fields.flatMap(field =>
      unknown
        .filter(ref => request[field]?.includes(ref))
        .map(ref => ({ field, problem: `${ref} is not in the catalog` })),
    );
    if (issues.length > 0) {
      throw new InvalidInputError(issues);
    }
  }

  async #isPermitted(caller: KnownCaller): Promise<boolean> {
    return caller.kind === 'agent' ? false : this.#mayDecide(caller);
  }

  /** Locks what waits for the approval, and then the approval. */
  async #lock(
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

  async #lockSubject(tx: Transaction, row: ApprovalRow): Promise<void> {
    const subject = subjectOf(row);
    if (!subject || row.status !== 'pending') {
      return;
    }
    for (const listener of this.#onDeciding) {
      await listener(tx, { organizationId: row.organization_id, subject });
    }
  }

  #toApproval(
    row: ApprovalRow,
    caller: KnownCaller,
    permitted: boolean,
  ): Approval {
    const standing = standingOf(row, caller, permitted);
    return toApproval(row, standing.may ? undefined : standing.whyNot);
  }

  async #view(
    tx: Transaction,
    caller: KnownCaller,
    permitted: boolean,
    id: string,
  ): Promise<Approval> {
    const row = await this.#store.findOfOrganization(
      tx,
      caller.organizationId,
      id,
    );
    if (!row) {
      throw new NotFoundError(`There is no approval ${id}`);
    }
    return this.#toApproval(row, caller, permitted);
  }
}
