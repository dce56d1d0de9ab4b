import { z } from 'zod';
import {
  BUDGET_ALERTS,
  BUDGET_LEVELS,
  BUDGET_PERIODS,
  BUDGET_SCOPES,
  MAX_BUDGET_SHARDS,
} from '../model/money';
import { text } from '../model/text';
import {
  budgetDeletePermission,
  budgetReadPermission,
  budgetUpdatePermission,
} from '../permissions/permissions';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  amountSchema,
  count,
  currencySchema,
  idSchema,
  instantSchema,
  listOf,
  nothingSchema,
  pageInput,
  pageOf,
  reasonSchema,
  sumSchema,
} from './shared';

/** What counts against a budget now. */
export const budgetWindowSchema = z.object({
  /** Missing for `total`, which has neither. */
  startsAt: instantSchema.optional(),
  endsAt: instantSchema.optional(),
  spentMicros: sumSchema,
  /** Held back for calls whose cost is not known yet. */
  reservedMicros: sumSchema,
  /** Missing without a limit; negative when more was spent than a later limit allows. */
  remainingMicros: sumSchema.optional(),
  /** Of the limit, what is spent and held back, from 0; missing without a limit or with 0. */
  usedShare: z.number().optional(),
  level: z.enum(BUDGET_LEVELS),
});

/** What counts against a budget now. */
export type BudgetWindow = z.output<typeof budgetWindowSchema>;

/** A limit, and what counts against it now. */
export const budgetStateSchema = z.object({
  id: idSchema,
  period: z.enum(BUDGET_PERIODS),
  /** Missing is unlimited, 0 allows nothing. */
  limitMicros: amountSchema.optional(),
  /** In how many rows it counts; more than one for a budget that very many calls meet at once. */
  shards: z.int(),
  window: budgetWindowSchema,
  version: z.int(),
});

/** A limit, and what counts against it now. */
export type BudgetState = z.output<typeof budgetStateSchema>;

const scopeOutput = {
  scopeKind: z.enum(BUDGET_SCOPES),
  /** A group of the catalog for teams, an id for the others, missing for the organisation. */
  scopeRef: z.string().optional(),
  /** What it is called; missing when it is there no more. */
  scopeName: z.string().optional(),
};

/** A limit of what may be spent. */
export const budgetSchema = budgetStateSchema.extend({
  ...scopeOutput,
  createdBy: actorSchema,
  createdAt: instantSchema,
  updatedAt: instantSchema,
});

/** A limit of what may be spent. */
export type Budget = z.output<typeof budgetSchema>;

const scopeRefSchema = text({ min: 1, max: 400 }).toLowerCase();

/** A change of a limit. */
export const budgetChangeSchema = z.object({
  id: idSchema,
  budgetId: idSchema,
  ...scopeOutput,
  period: z.enum(BUDGET_PERIODS),
  change: z.enum(['created', 'changed', 'removed']),
  /** Missing when there was no budget, or no limit. */
  oldLimitMicros: amountSchema.optional(),
  newLimitMicros: amountSchema.optional(),
  reason: z.string(),
  changedBy: actorSchema,
  at: instantSchema,
});

/** A change of a limit. */
export type BudgetChange = z.output<typeof budgetChangeSchema>;

const list = defineOperation({
  id: 'budgets.list',
  title: 'List budgets',
  description:
    'Budgets, the newest first, each with what counts against it now.',
  method: 'GET',
  path: '/budgets',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission },
  input: z.strictObject({
    scopeKind: listOf(z.enum(BUDGET_SCOPES)).optional(),
    scopeRef: scopeRefSchema.optional(),
    period: listOf(z.enum(BUDGET_PERIODS)).optional(),
    ...pageInput,
  }),
  output: pageOf(budgetSchema),
});

const get = defineOperation({
  id: 'budgets.get',
  title: 'Read a budget',
  description: 'One budget with what counts against it now.',
  method: 'GET',
  path: '/budgets/:id',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission },
  input: z.strictObject({ id: idSchema }),
  output: budgetSchema,
});

const shardsSchema = count({ min: 1, max: MAX_BUDGET_SHARDS });

const create = defineOperation({
  id: 'budgets.create',
  title: 'Set a budget',
  description:
    'Limits what the organisation, a team (a group that owns agents), an agent, a workflow, a run or a service may spend. What was spent and is held back in the window of now counts at once.',
  method: 'POST',
  path: '/budgets',
  effect: 'write',
  idempotent: false,
  callers: { people: budgetUpdatePermission },
  input: z.strictObject({
    scopeKind: z.enum(BUDGET_SCOPES),
    /** A group for teams, an id for the others; nothing for the organisation. */
    scopeRef: scopeRefSchema.optional(),
    period: z.enum(BUDGET_PERIODS),
    /** null is unlimited: only counted. 0 allows nothing. */
    limitMicros: amountSchema.nullable(),
    shards: shardsSchema.default(1),
    reason: reasonSchema,
  }),
  output: budgetSchema,
  status: 201,
});

const update = defineOperation({
  id: 'budgets.update',
  title: 'Change a budget',
  description:
    'Sets another limit, from the window of now on. What is spent already stays spent: a limit below it allows nothing more.',
  method: 'PUT',
  path: '/budgets/:id',
  effect: 'write',
  idempotent: true,
  callers: { people: budgetUpdatePermission },
  input: z.strictObject({
    id: idSchema,
    /** null is unlimited, 0 allows nothing. */
    limitMicros: amountSchema.nullable(),
    shards: shardsSchema.optional(),
    reason: reasonSchema,
    /** Refuses the change with 409 when the budget has changed since this version. */
    ifVersion: z.int().min(1).optional(),
  }),
  output: budgetSchema,
});

const remove = defineOperation({
  id: 'budgets.delete',
  title: 'Remove a budget',
  description:
    'Nothing counts against it any more. The ledger and the history of its changes stay.',
  method: 'DELETE',
  path: '/budgets/:id',
  effect: 'destroy',
  idempotent: true,
  callers: { people: budgetDeletePermission },
  input: z.strictObject({ id: idSchema, reason: reasonSchema }),
  output: nothingSchema,
  status: 204,
});

const changes = defineOperation({
  id: 'budgets.changes',
  title: 'Read who changed which budget',
  description: 'Every change of a limit with its reason, newest first.',
  method: 'GET',
  path: '/budgets/changes',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission },
  input: z.strictObject({
    scopeKind: listOf(z.enum(BUDGET_SCOPES)).optional(),
    scopeRef: scopeRefSchema.optional(),
    ...pageInput,
  }),
  output: pageOf(budgetChangeSchema),
});

const changesOf = defineOperation({
  id: 'budgets.changesOf',
  title: 'Read how a budget was changed',
  description:
    'The changes of one budget with their reasons, newest first; also of one that was removed.',
  method: 'GET',
  path: '/budgets/:id/changes',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission },
  input: z.strictObject({ id: idSchema, ...pageInput }),
  output: pageOf(budgetChangeSchema),
});

/** Something that a budget or a service told by itself. */
export const budgetAlertSchema = z.object({
  id: idSchema,
  kind: z.enum(BUDGET_ALERTS),
  at: instantSchema,
  /** In words. */
  message: z.string(),
  budget: z
    .object({
      id: idSchema,
      ...scopeOutput,
      period: z.enum(BUDGET_PERIODS),
    })
    .optional(),
  service: z
    .object({ id: idSchema, name: z.string(), title: z.string() })
    .optional(),
});

/** Something that a budget or a service told by itself. */
export type BudgetAlert = z.output<typeof budgetAlertSchema>;

const alerts = defineOperation({
  id: 'budgets.alerts',
  title: 'Read the alerts of budgets',
  description:
    'Budgets that reached 80 % or their end or are expected to, services that were suspended or delegated; newest first, each once a window.',
  method: 'GET',
  path: '/budgets/alerts',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission },
  input: z.strictObject({
    kind: listOf(z.enum(BUDGET_ALERTS)).optional(),
    ...pageInput,
  }),
  output: pageOf(budgetAlertSchema),
});

const rangeSchema = z.object({ lowMicros: sumSchema, highMicros: sumSchema });

/** An instant is missing when it lies beyond what is looked at. */
const spanSchema = z.object({
  earliestAt: instantSchema.optional(),
  latestAt: instantSchema.optional(),
});

/** What a budget will come to, and when it will run out. */
export const budgetForecastSchema = z.object({
  currency: currencySchema,
  /** How many whole days it rests on. */
  days: z.int(),
  /** The end of what is looked at: of the window, or a year ahead where there is none. */
  until: instantSchema,
  /** Spent on an average day. */
  dailyMicros: sumSchema,
  /** Whether Mondays were compared with Mondays. */
  byWeekday: z.boolean(),
  /** What it will come to; missing with too few days. Four times out of five it lies within. */
  atEnd: rangeSchema
    .extend({
      expectedMicros: sumSchema,
      /** Here it lies 95 times out of 100. */
      wide: rangeSchema,
    })
    .optional(),
  /** When the limit will be reached; missing without one. Four times out of five it lies within. */
  runsOut: spanSchema
    .extend({
      /** How likely the limit is reached at all, from 0 to 1. */
      probability: z.number(),
      /** Missing when that is less likely than not. */
      expectedAt: instantSchema.optional(),
      /** Here it lies 95 times out of 100. */
      wide: spanSchema,
    })
    .optional(),
  /** Why there is no forecast. */
  reason: z.string().optional(),
});

/** What a budget will come to, and when it will run out. */
export type BudgetForecast = z.output<typeof budgetForecastSchema>;

const forecast = defineOperation({
  id: 'budgets.forecast',
  title: 'Read when a budget will run out',
  description:
    'What the window is expected to come to at its end, and when the limit will be reached, if days go on as those of the last eight weeks did.',
  method: 'GET',
  path: '/budgets/:id/forecast',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission },
  input: z.strictObject({ id: idSchema }),
  output: budgetForecastSchema,
});

/** Operations on budgets. */
export const budgets = {
  list,
  get,
  create,
  update,
  delete: remove,
  changes,
  changesOf,
  alerts,
  forecast,
};
