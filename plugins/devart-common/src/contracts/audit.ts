import { z } from 'zod';
import { text } from '../model/text';
import { auditReadPermission } from '../permissions/permissions';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  idSchema,
  instantSchema,
  listOf,
  pageInput,
  pageOf,
  searchTextSchema,
} from './shared';

/** How an audited call ended. */
export const AUDIT_OUTCOMES = ['succeeded', 'refused', 'failed'] as const;

/** An audited call. */
export const auditEntrySchema = z.object({
  id: idSchema,
  at: instantSchema,
  actor: actorSchema,
  /** Id of the operation, or the name of what happened, such as `webhook.github`. */
  operation: z.string(),
  outcome: z.enum(AUDIT_OUTCOMES),
  /** HTTP status of the answer, where there was one. */
  httpStatus: z.int().optional(),
  /** Id of what was changed. */
  subject: z.string().optional(),
  entityRef: z.string().optional(),
  /** What was asked for, without secrets, and why it was refused. */
  detail: z.record(z.string(), z.unknown()),
});

/** An audited call. */
export type AuditEntry = z.output<typeof auditEntrySchema>;

const list = defineOperation({
  id: 'audit.list',
  title: 'Read the audit trail',
  description:
    'Every change that was made or refused, newest first, a page at a time. Entries are never changed or removed.',
  method: 'GET',
  path: '/audit',
  effect: 'read',
  idempotent: true,
  callers: { people: auditReadPermission },
  input: z.strictObject({
    actor: text({ min: 1, max: 400 }).optional(),
    operation: text({ min: 1, max: 100 }).optional(),
    subject: text({ min: 1, max: 400 }).optional(),
    entityRef: text({ min: 1, max: 400 }).optional(),
    outcome: listOf(z.enum(AUDIT_OUTCOMES)).optional(),
    since: instantSchema.optional(),
    until: instantSchema.optional(),
    text: searchTextSchema.optional(),
    ...pageInput,
  }),
  output: pageOf(auditEntrySchema),
});

/** Operations on the audit trail. */
export const audit = { list };
