import { InputError } from '@backstage/errors';
import { requireKnown, requireMember } from '../access/Caller';
import { decodeIdCursor, pageOfRows } from '../database/Cursor';
import type { Handlers } from '../operations/Handlers';
import type { ApprovalsService } from './ApprovalsService';

/** Handlers of operations on approvals. */
export function createApprovalHandlers(
  approvals: ApprovalsService,
): Handlers<'approvals'> {
  return {
    list: async ({ cursor, ...filter }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await approvals.list(requireKnown(caller), {
          ...filter,
          beforeId: decodeIdCursor(cursor),
        }),
        filter.limit,
      );
      return { items: rows, nextCursor };
    },
    get: async ({ id }, { caller }) => approvals.get(requireKnown(caller), id),
    request: async ({ taskId, attempt, ...request }, { caller }) => {
      if (caller.kind !== 'agent') {
        if (taskId !== undefined || attempt !== undefined) {
          throw new InputError(
            'taskId, attempt: only agents name a task; it is the one that they hold',
          );
        }
        return approvals.request(requireMember(caller), request);
      }
      if (taskId === undefined || attempt === undefined) {
        throw new InputError(
          'taskId, attempt: needed from agents; the task that is held and its attempt',
        );
      }
      return approvals.requestForTask(caller, { ...request, taskId, attempt });
    },
    decide: async ({ id, ...decision }, { caller }) =>
      approvals.decide(requireMember(caller), id, decision),
    delegate: async ({ id, ...delegation }, { caller }) =>
      approvals.delegate(requireMember(caller), id, delegation),
    cancel: async ({ id, reason }, { caller }) =>
      approvals.cancel(requireMember(caller), id, reason),
  };
}
