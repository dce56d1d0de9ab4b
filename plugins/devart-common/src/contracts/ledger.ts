import { z } from 'zod';
import { LEDGER_KINDS } from '../model/money';
import { text } from '../model/text';
import {
  budgetReadPermission,
  ledgerCorrectPermission,
} from '../permissions/permissions';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  amountSchema,
  count,
  currencySchema,
  entityRefSchema,
  idSchema,
  instantSchema,
  listOf,
  nothingSchema,
  pageInput,
  pageOf,
  reasonSchema,
  sumSchema,
} from './shared';

const namedSchema = z.object({ id: idSchema, name: z.string().optional() });

/** An entry of the ledger. Names are missing of what is there no more. */
export const ledgerEntrySchema = z.object({
  id: idSchema,
  /** When it was spent: decides in which windows it counts. */
  at: instantSchema,
  writtenAt: instantSchema,
  kind: z.enum(LEDGER_KINDS),
  /** Of a correction, the difference. */
  amountMicros: sumSchema,
  /** What a later correction says it cost. */
  correctedMicros: sumSchema.optional(),
  /** The entry that a correction corrects. */
  correctsId: idSchema.optional(),
  requestId: z.string(),
  service: namedSchema,
  /** The services that could not pay, in the order in which they were asked. */
  delegatedFrom: z.array(namedSchema),
  actor: actorSchema,
  agent: namedSchema.optional(),
  team: z.string().optional(),
  task: namedSchema.optional(),
  run: namedSchema.optional(),
  workflow: namedSchema.optional(),
  entityRef: z.string().optional(),
  model: z.string().optional(),
  inputTokens: z.int().optional(),
  outputTokens: z.int().optional(),
  quantity: z.number().optional(),
  /** Why it was corrected. */
  reason: z.string().optional(),
});

/** An entry of the ledger. */
export type LedgerEntry = z.output<typeof ledgerEntrySchema>;

const filterInput = {
  kind: listOf(z.enum(LEDGER_KINDS)).optional(),
  serviceId: idSchema.optional(),
  agentId: idSchema.optional(),
  team: entityRefSchema.toLowerCase().optional(),
  taskId: idSchema.optional(),
  runId: idSchema.optional(),
  workflowId: idSchema.optional(),
  entityRef: entityRefSchema.optional(),
  model: text({ min: 1, max: 200 }).optional(),
  /** Spent at this instant or later. */
  from: instantSchema.optional(),
  /** Spent before this instant. */
  to: instantSchema.optional(),
};

const list = defineOperation({
  id: 'ledger.list',
  title: 'Read the ledger',
  description:
    'Everything that was spent, newest first, a page at a time, narrowed by filters. Entries are never changed or removed. An agent sees what it spent itself.',
  method: 'GET',
  path: '/ledger',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission, agents: true },
  input: z.strictObject({ ...filterInput, ...pageInput }),
  output: pageOf(ledgerEntrySchema),
});

const exportEntries = defineOperation({
  id: 'ledger.export',
  title: 'Export the ledger',
  description:
    'The entries that the filters leave, oldest first, as CSV with a header. Texts that a spreadsheet would take for a formula begin with an apostrophe.',
  method: 'GET',
  path: '/ledger/export',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission },
  input: z.strictObject(filterInput),
  output: nothingSchema,
  document: { mediaType: 'text/csv', fileName: 'ledger.csv' },
});

/** By what spending can be told apart. */
export const SPEND_GROUPS = [
  'service',
  'agent',
  'workflow',
  'entity',
  'team',
  'model',
] as const;

/** By what spending can be told apart. */
export type SpendGroup = (typeof SPEND_GROUPS)[number];

const spend = defineOperation({
  id: 'ledger.spend',
  title: 'Read who spent what',
  description:
    'What was spent over time, told apart by service, agent, workflow, entity, team or model, in days, weeks or months of the organisation. Those that spent least stand together under `rest`.',
  method: 'GET',
  path: '/ledger/spend',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission },
  input: z.strictObject({
    groupBy: z.enum(SPEND_GROUPS).default('service'),
    bucket: z.enum(['day', 'week', 'month']).default('day'),
    ...filterInput,
    /** The last 30 days unless given. At most 400 buckets are answered. */
    from: filterInput.from,
    /** So many groups by themselves, those that spent most. */
    groups: count({ min: 1, max: 50 }).default(10),
  }),
  output: z.object({
    currency: currencySchema,
    timeZone: z.string(),
    /** When each bucket begins, oldest first. */
    buckets: z.array(instantSchema),
    totalMicros: sumSchema,
    groups: z.array(
      z.object({
        /** Missing for what has none, such as spending without an agent. */
        key: z.string().optional(),
        name: z.string(),
        totalMicros: sumSchema,
        /** For each bucket. */
        micros: z.array(sumSchema),
      }),
    ),
    rest: z
      .object({
        /** How many groups stand together. */
        groups: z.int(),
        totalMicros: sumSchema,
        micros: z.array(sumSchema),
      })
      .optional(),
  }),
});

const correct = defineOperation({
  id: 'ledger.correct',
  title: 'Correct an entry of the ledger',
  description:
    'Says what something truly cost, once. The entry stays; the difference is an entry of its own that counts in the same windows. Saying the same again is answered like the first time.',
  method: 'POST',
  path: '/ledger/:id/correct',
  effect: 'write',
  idempotent: true,
  callers: { people: ledgerCorrectPermission },
  input: z.strictObject({
    id: idSchema,
    /** What it cost, not the difference. */
    amountMicros: amountSchema,
    reason: reasonSchema,
  }),
  output: ledgerEntrySchema,
});

/** Operations on the ledger. */
export const ledger = { list, export: exportEntries, spend, correct };
