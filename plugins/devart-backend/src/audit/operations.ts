import { requireMember, scopeOf } from '../access/Caller';
import { decodeIdCursor, pageOfRows } from '../database/Cursor';
import type { Handlers } from '../operations/Handlers';
import type { AuditStore } from './AuditStore';

/** Handlers of the audit trail. */
export function createAuditHandlers(store: AuditStore): Handlers<'audit'> {
  return {
    list: async ({ cursor, ...filter }, { caller }) => {
      const { rows, nextCursor } = pageOfRows(
        await store.list(scopeOf(requireMember(caller)), {
          ...filter,
          beforeId: decodeIdCursor(cursor),
        }),
        filter.limit,
      );
      return { items: rows, nextCursor };
    },
  };
}
