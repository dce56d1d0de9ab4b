import { isDeepStrictEqual } from 'node:util';
import { ConflictError, InputError } from '@backstage/errors';
import type { MemberCaller } from '../access/Caller';
import type { ApprovalRow } from './ApprovalRow';
import { shapeProblem } from './shapeProblem';

/** A word on an approval. */
export interface Decision {
  decision: 'approve' | 'reject';
  comment?: string;
  edit?: Record<string, unknown>;
  ifVersion?: number;
}

/** @throws ConflictError when the word is about something else than what is asked now. */
export function checkVersion(row: ApprovalRow, word: Decision): void {
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

/**
 * What the action is changed into; undefined when it stays as it is.
 *
 * @throws InputError when it may not be changed so.
 */
export function editOf(
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

/** Why a decision cannot be handed to somebody; undefined when it can. */
export function delegationProblem(
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
