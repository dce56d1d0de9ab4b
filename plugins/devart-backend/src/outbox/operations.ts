import {
  RESOURCE_TYPE_TASK,
  type HintTopic,
} from '@devart/plugin-devart-common';
import type { ObjectAccess } from '../access/ObjectAccess';
import { requireMember, scopeOf } from '../access/Caller';
import { decodeIdCursor, pageOfRows } from '../database/Cursor';
import type { Handlers } from '../operations/Handlers';
import type { EventStore } from './EventStore';

/** Handlers of the activity feed. */
export function createActivityHandlers(
  store: EventStore,
  access: ObjectAccess,
): Handlers<'activity'> {
  return {
    list: async (input, { caller }) => {
      const member = requireMember(caller);
      const { rows, nextCursor } = pageOfRows(
        await store.list(scopeOf(member), {
          subjectId: input.subjectId,
          entityRef: input.entityRef,
          actor: input.actor,
          visible: await access.visibleBy(
            member,
            RESOURCE_TYPE_TASK,
            'events.subject_id',
          ),
          beforeId: decodeIdCursor(input.cursor),
          limit: input.limit,
        }),
        input.limit,
      );
      return {
        items: rows.map(row => ({
          id: row.id,
          at: row.at.toISOString(),
          topic: row.topic,
          actor: row.actor,
          subject: {
            kind: row.subject_kind as HintTopic,
            id: row.subject_id,
            name: row.subject_name,
          },
          entityRef: row.entity_ref ?? undefined,
          detail: row.detail ?? undefined,
        })),
        nextCursor,
      };
    },
  };
}
