import { createHash } from 'node:crypto';
import { isError } from '@backstage/errors';
import type { operations, OperationInput } from '@devart/plugin-devart-common';
import {
  InvalidInputError,
  type InputIssue,
} from '../operations/InvalidInputError';
import { parseDuration } from '../time/parseDuration';
import type { ApprovalSubject } from './ApprovalRow';

const PRINCIPAL = /^(?:user|group):/;

/** A request for approval as it is made; see the contract of `approvals.request`. */
export type NewApproval = Omit<
  OperationInput<typeof operations.approvals.request>,
  'taskId' | 'attempt'
> & {
  /** Who asks: they may not decide. For a run, whoever started it. */
  requestedBy: string;
  /** What waits for the decision. */
  subject?: ApprovalSubject;
  /** The attempt of the task that asks. */
  taskAttempt?: number;
};

/** A request for approval with defaults filled in, that somebody can decide. */
export type CheckedApproval = Required<
  Pick<
    NewApproval,
    | 'title'
    | 'requestedBy'
    | 'description'
    | 'effectClass'
    | 'action'
    | 'onExpiry'
  >
> &
  Pick<
    NewApproval,
    | 'effect'
    | 'edit'
    | 'costMicros'
    | 'entityRef'
    | 'idempotencyKey'
    | 'subject'
    | 'taskAttempt'
  > & {
    approvers: readonly string[];
    escalateTo: readonly string[];
    approvalsNeeded: number;
    expiresAfterMs: number;
  };

/** Problems that would leave a request with too few who may decide it. */
function problemsOf(
  field: string,
  refs: readonly string[],
  request: { requestedBy: string; needed: number },
): InputIssue[] {
  const strange = refs.find(ref => !PRINCIPAL.test(ref));
  if (strange !== undefined) {
    return [{ field, problem: `${strange} is neither a user nor a group` }];
  }
  const others = refs.filter(ref => ref !== request.requestedBy.toLowerCase());
  if (refs.length > 0 && others.length === 0) {
    return [
      {
        field,
        problem: 'name somebody besides whoever asks, who may not decide',
      },
    ];
  }
  const isPeopleOnly = others.every(ref => ref.startsWith('user:'));
  return refs.length > 0 && isPeopleOnly && others.length < request.needed
    ? [
        {
          field,
          problem: `${request.needed} different people must approve, but only ${others.length} of those named may`,
        },
      ]
    : [];
}

/** Milliseconds of a duration; undefined when it is none or too long. */
function expiryOf(duration: string): number | undefined {
  try {
    const ms = parseDuration(duration);
    return ms > 0 ? ms : undefined;
  } catch (error) {
    if (isError(error) && error.name === 'InputError') {
      return undefined;
    }
    throw error;
  }
}

function lowered(refs: readonly string[] | undefined): string[] {
  return [...new Set((refs ?? []).map(ref => ref.toLowerCase()))];
}

/**
 * Checks a request for approval beyond its shape.
 *
 * @throws InvalidInputError naming what of it nobody could decide.
 */
export function checkNewApproval(request: NewApproval): CheckedApproval {
  const approvers = lowered(request.approvers);
  const escalateTo = lowered(request.escalateTo);
  const { requestedBy } = request;
  const approvalsNeeded = Number(request.approvalsNeeded ?? 1);
  const onExpiry = request.onExpiry ?? 'reject';
  const issues: InputIssue[] = [
    ...problemsOf('approvers', approvers, {
      requestedBy,
      needed: approvalsNeeded,
    }),
    // What was approved before it went to them counts.
    ...problemsOf('escalateTo', escalateTo, { requestedBy, needed: 1 }),
  ];
  if (onExpiry === 'escalate' && escalateTo.length === 0) {
    issues.push({
      field: 'escalateTo',
      problem: 'needed with onExpiry escalate: the users and groups to ask',
    });
  }
  const expiresAfterMs = expiryOf(request.expiresIn ?? '7d');
  if (expiresAfterMs === undefined) {
    issues.push({
      field: 'expiresIn',
      problem: 'must be longer than nothing and at most 3650d',
    });
  }
  if (issues.length > 0 || expiresAfterMs === undefined) {
    throw new InvalidInputError(issues);
  }
  return {
    title: request.title,
    description: request.description ?? '',
    effect: request.effect,
    effectClass: request.effectClass ?? 'external',
    action: request.action ?? {},
    edit: request.edit,
    costMicros: request.costMicros,
    entityRef: request.entityRef,
    idempotencyKey: request.idempotencyKey,
    subject: request.subject,
    taskAttempt: request.taskAttempt,
    requestedBy,
    approvers,
    escalateTo,
    approvalsNeeded,
    expiresAfterMs,
    onExpiry,
  };
}

/** What tells two requests under one idempotency key apart. */
export function hashOfApproval(request: CheckedApproval): Buffer {
  const { idempotencyKey: _, ...content } = request;
  const sorted = Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(sorted)))
    .digest();
}
