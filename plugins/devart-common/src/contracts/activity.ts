import { z } from 'zod';
import { HINT_TOPICS } from '../events/hints';
import { taskReadPermission } from '../permissions/permissions';
import { RESOURCE_TYPE_TASK } from '../permissions/resourceTypes';
import { text } from '../model/text';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  entityRefSchema,
  idSchema,
  instantSchema,
  pageInput,
  pageOf,
} from './shared';

/** Something that happened, as a feed shows it. */
export const activitySchema = z.object({
  id: idSchema,
  at: instantSchema,
  /** What kind of thing happened, for example `task.succeeded`. */
  topic: z.string(),
  actor: actorSchema,
  subject: z.object({
    kind: z.enum(HINT_TOPICS),
    id: idSchema,
    /** What the subject was called when it happened. */
    name: z.string(),
  }),
  entityRef: z.string().optional(),
  /** Further facts for people, such as the reason that was given. */
  detail: z.string().optional(),
});

/** Something that happened. */
export type Activity = z.output<typeof activitySchema>;

const list = defineOperation({
  id: 'activity.list',
  title: 'Read the activity feed',
  description: 'What happened, newest first, a page at a time.',
  method: 'GET',
  path: '/activity',
  effect: 'read',
  idempotent: true,
  callers: { people: taskReadPermission },
  concerns: { type: RESOURCE_TYPE_TASK, list: true },
  input: z.strictObject({
    subjectId: idSchema.optional(),
    entityRef: entityRefSchema.optional(),
    actor: text({ min: 1, max: 400 }).optional(),
    ...pageInput,
  }),
  output: pageOf(activitySchema),
});

/** Operations on the activity feed. */
export const activity = { list };
