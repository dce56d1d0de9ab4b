import { isDeepStrictEqual } from 'node:util';
import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import {
  approvalDecidePermission,
  approvalReadPermission,
  RESOURCE_TYPE_APPROVAL,
  type Approval,
  type WaitingReason,
} from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import {
  scopeOf,
  type AgentCaller,
  type KnownCaller,
  type MemberCaller,
  type Right,
} from '../access/Caller';
import type { ObjectAccess } from '../access/ObjectAccess';
import { Conditions } from '../database/Conditions';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { TaskWorkService } from '../tasks/TaskWorkService';
import type {
  ApprovalMachine,
  DecidedListener,
  DecidingListener,
} from './ApprovalMachine';
import {
  approversOf,
  currentDecisions,
  toApproval,
  type ApprovalRow,
} from './ApprovalRow';
import type { ApprovalFilter, ApprovalStore } from './ApprovalStore';
import {
  checkVersion,
  delegationProblem,
  editOf,
  type Decision,
} from './decisionRules';
import type { NewApproval } from './NewApproval';
import { standingOf } from './standingOf';

/** The most delegations of one approval. */
const MAX_DELEGATIONS = 50;
/** Approvals that wait for somebody are counted up to this many. */
const MAX_COUNTED = 100;

/** Says of users and groups which ones the catalog does not have. */
export type FindUnknownPrincipals = (
  refs: readonly string[],
) => Promise<string[]>;

/** A request as a person or service makes it. */
type MemberRequest = Omit<
  NewApproval,
  'requestedBy' | 'subject' | 'taskAttempt'
>;

/** Requests for approval as people, services and agents deal with them. */
export class ApprovalsService {
  readonly #database: Database;
  readonly #store: ApprovalStore;
  readonly #machine: ApprovalMachine;
  readonly #work: TaskWorkService;
  readonly #access: ObjectAccess;
  readonly #isPerson: (caller: MemberCaller) => boolean;
  readonly #findUnknown: FindUnknownPrincipals;

  constructor(options: {
    database: Database;
    store: ApprovalStore;
    machine: ApprovalMachine;
    work: TaskWorkService;
    access: ObjectAccess;
    /** Whether a caller is there in person. */
    isPerson: (caller: MemberCaller) => boolean;
    findUnknown: FindUnknownPrincipals;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#machine = options.machine;
    this.#work = options.work;
    this.#access = options.access;
    this.#isPerson = options.isPerson;
    this.#findUnknown = options.findUnknown;
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
    return this.#database.inScope(scopeOf(caller), async tx => {
      const { id } = await this.requestIn(tx, caller.organizationId, {
        ...request,
        requestedBy: caller.actor,
      });
      // Whoever asks may not decide, whatever else they may.
      return this.#view(tx, caller, false, id);
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
    request: MemberRequest & {
      taskId: string;
      attempt: number;
      /** `approval` unless given. */
      waitingReason?: WaitingReason;
      /** Done in the same transaction, with the rights of the control plane. */
      also?: (tx: Transaction, approvalId: string) => Promise<void>;
    },
  ): Promise<Approval> {
    const { taskId, attempt, waitingReason, also, ...rest } = request;
    await this.#requirePrincipals(rest);
    await this.#work.wait(agent, taskId, attempt, {
      waitingReason: waitingReason ?? 'approval',
      reason: rest.title,
      also: async (tx, task) => {
        const { id, created } = await this.requestIn(tx, agent.organizationId, {
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
        await also?.(tx, id);
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
    return this.#machine.open(tx, organizationId, request);
  }

  /**
   * Withdraws a request as part of a transaction of whoever waited for it, if
   * it is pending; listeners are not told.
   */
  async cancelIn(tx: Transaction, id: string, reason: string): Promise<void> {
    await this.#machine.withdraw(tx, id, reason);
  }

  /** Says whom to tell of approvals that came to their end; see {@link ApprovalMachine.onDecided}. */
  onDecided(listener: DecidedListener): void {
    this.#machine.onDecided(listener);
  }

  /** Says who locks what waits for an approval; see {@link ApprovalMachine.onDeciding}. */
  onDeciding(listener: DecidingListener): void {
    this.#machine.onDeciding(listener);
  }

  /** Approvals newest first, one more than `limit`; an agent names the task it holds. */
  async list(
    caller: KnownCaller,
    filter: Omit<ApprovalFilter, 'decidableBy' | 'subject' | 'only'> & {
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
    const right = await this.#rightToDecide(caller);
    if (mine && (caller.kind !== 'user' || right === 'none')) {
      return [];
    }
    const visible = await this.#access.visible(
      caller,
      RESOURCE_TYPE_APPROVAL,
      'a',
    );
    const decidable = mine && (await this.#access.conditionOf(right, 'a'));
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.list(tx, caller.organizationId, {
        ...rest,
        only: (visible ?? new Conditions()).with(decidable || new Conditions()),
        ...(runId !== undefined && { subject: { kind: 'run', id: runId } }),
        ...(taskId !== undefined && { subject: { kind: 'task', id: taskId } }),
        ...(mine &&
          caller.kind === 'user' && {
            decidableBy: { actor: caller.actor, refs: caller.refs },
          }),
      }),
    );
    return this.#toApprovals(rows, caller, right);
  }

  /** How many approvals wait for the caller, counted up to a bound. */
  async countMine(caller: MemberCaller): Promise<number> {
    if (caller.kind !== 'user' || !this.#isPerson(caller)) {
      return 0;
    }
    const rights = await this.#access.rightsOf(caller, [
      approvalDecidePermission,
      approvalReadPermission,
    ]);
    if (rights.includes('none')) {
      return 0;
    }
    const [decidable, visible] = await Promise.all(
      rights.map(right => this.#access.conditionOf(right, 'a')),
    );
    const only = (decidable ?? new Conditions()).with(
      visible ?? new Conditions(),
    );
    return this.#database.inScope(scopeOf(caller), tx =>
      this.#store.countDecidable(
        tx,
        caller.organizationId,
        { actor: caller.actor, refs: caller.refs },
        { only, upTo: MAX_COUNTED },
      ),
    );
  }

  /** @throws NotFoundError */
  async get(caller: KnownCaller, id: string): Promise<Approval> {
    const right = await this.#rightToDecide(caller);
    const row = await this.#database.inScope(scopeOf(caller), tx =>
      this.#find(tx, caller, id),
    );
    const [approval] = await this.#toApprovals([row], caller, right);
    return approval;
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
      const row = await this.#machine.lock(tx, caller.organizationId, id);
      const own = currentDecisions(row).find(({ by }) => by === caller.actor);
      const said =
        own?.decision === word.decision &&
        (word.edit === undefined || isDeepStrictEqual(word.edit, row.edit));
      if (!said) {
        const onBehalfOf = this.#requireStanding(row, caller);
        checkVersion(row, word);
        const edit = editOf(row, word);
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
      const row = await this.#machine.lock(tx, caller.organizationId, id);
      const onBehalfOf = this.#requireStanding(row, caller) ?? caller.actor;
      const problem = delegationProblem(row, caller, to, unknown);
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
        await this.#machine.announce(tx, row, 'approval.delegated', `to ${to}`);
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
    return this.#database.inScope(scopeOf(caller), async tx => {
      const row = await this.#machine.lock(tx, caller.organizationId, id);
      if (row.status !== 'pending' && row.status !== 'cancelled') {
        throw new ConflictError(
          `It is ${row.status} already; only what is pending can be withdrawn`,
        );
      }
      if (row.status === 'pending') {
        await tx.elevated(() =>
          this.#machine.end(tx, row, 'cancelled', {
            decidedBy: [caller.actor],
            comment: reason,
          }),
        );
      }
      // What was withdrawn is nobody's to decide.
      return this.#view(tx, caller, false, id);
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
        await this.#machine.end(tx, row, 'rejected', {
          decidedBy: [tx.actor],
          comment,
        });
        return;
      }
      const decidedBy = [...before, tx.actor];
      if (decidedBy.length >= row.approvals_needed) {
        const approved = { ...row, edit: edit ?? row.edit };
        await this.#machine.end(tx, approved, 'approved', {
          decidedBy,
          comment,
        });
        return;
      }
      await this.#store.touch(tx, id);
      await this.#machine.announce(
        tx,
        row,
        'approval.updated',
        `approved by ${decidedBy.length} of ${row.approvals_needed}`,
      );
    });
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

  /** Which approvals somebody has the permission to decide, if they are asked. */
  async #rightToDecide(caller: KnownCaller): Promise<Right> {
    if (caller.kind === 'agent' || !this.#isPerson(caller)) {
      return 'none';
    }
    const [right] = await this.#access.rightsOf(caller, [
      approvalDecidePermission,
    ]);
    return right;
  }

  async #toApprovals(
    rows: readonly ApprovalRow[],
    caller: KnownCaller,
    right: Right,
  ): Promise<Approval[]> {
    const permitted = await this.#access.among(
      right,
      rows.map(({ id }) => id),
    );
    return rows.map(row =>
      this.#toApproval(row, caller, permitted.has(row.id)),
    );
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
    return this.#toApproval(
      await this.#find(tx, caller, id),
      caller,
      permitted,
    );
  }

  async #find(
    tx: Transaction,
    caller: KnownCaller,
    id: string,
  ): Promise<ApprovalRow> {
    const row = await this.#store.findOfOrganization(
      tx,
      caller.organizationId,
      id,
    );
    if (!row) {
      throw new NotFoundError(`There is no approval ${id}`);
    }
    return row;
  }
}
