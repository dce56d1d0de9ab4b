import { z } from 'zod';
import {
  EXHAUSTION_RULES,
  SERVICE_KINDS,
  SERVICE_STATUSES,
} from '../model/money';
import { text } from '../model/text';
import {
  budgetDeletePermission,
  budgetReadPermission,
  budgetUpdatePermission,
} from '../permissions/permissions';
import { budgetStateSchema } from './budgets';
import { defineOperation } from './defineOperation';
import {
  actorSchema,
  amountSchema,
  currencySchema,
  entityRefSchema,
  idSchema,
  instantSchema,
  listOf,
  nothingSchema,
  pageInput,
  pageOf,
  reasonSchema,
  searchTextSchema,
  sumSchema,
} from './shared';

/** The most models that a service may have prices for. */
const MAX_MODELS = 1000;

/** What a million tokens of a model cost. */
export const modelPriceSchema = z.strictObject({
  inputMillionMicros: amountSchema,
  outputMillionMicros: amountSchema,
  /** Of input that the model had in its cache; the price of other input unless given. */
  cachedInputMillionMicros: amountSchema.optional(),
});

/** What a million tokens of a model cost. */
export type ModelPrice = z.output<typeof modelPriceSchema>;

/** What a service costs. What has no price cannot be charged for by quantity. */
export const pricesSchema = z.strictObject({
  /** Of each call. */
  callMicros: amountSchema.optional(),
  /** Of a million units. */
  millionUnitsMicros: amountSchema.optional(),
  /** What a unit is, for people: character, page, second. */
  unit: text({ min: 1, max: 40 }).optional(),
  /** By the name of the model. */
  models: z
    .record(text({ min: 1, max: 200 }), modelPriceSchema)
    .refine(models => Object.keys(models).length <= MAX_MODELS, {
      error: `must have at most ${MAX_MODELS} models`,
    })
    .optional(),
});

/** What a service costs. */
export type Prices = z.output<typeof pricesSchema>;

const namedSchema = z.object({
  id: idSchema,
  name: z.string(),
  title: z.string(),
});

/** Something that is paid: an API or a provider of models. */
export const serviceSchema = namedSchema.extend({
  description: z.string(),
  kind: z.enum(SERVICE_KINDS),
  endpoint: z.string().optional(),
  owner: z.string().optional(),
  entityRef: z.string().optional(),
  /** Where it is described: with the API or in the configuration. */
  managedBy: z.enum(['api', 'config']),
  prices: pricesSchema,
  onExhausted: z.enum(EXHAUSTION_RULES),
  /** Who pays when a budget does not allow a charge. */
  fallback: namedSchema.optional(),
  status: z.enum(SERVICE_STATUSES),
  isActive: z.boolean(),
  /** Since when the configuration, which described it, does so no longer: nothing is charged to it. */
  absentSince: instantSchema.optional(),
  suspendedAt: instantSchema.optional(),
  /** Missing when only an increase of its budget ends the suspension. */
  suspendedUntil: instantSchema.optional(),
  /** What it has cost in this month of the organisation's time zone. */
  monthMicros: sumSchema,
  /** Its own budgets; agents do not see them. */
  budgets: z.array(budgetStateSchema),
  createdBy: actorSchema,
  createdAt: instantSchema,
  updatedAt: instantSchema,
  version: z.int(),
});

/** Something that is paid. */
export type Service = z.output<typeof serviceSchema>;

const serviceNameSchema = text({ min: 1, max: 63 }).regex(
  /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/,
  'must start and end with a lower-case letter or digit and hold only those and . _ -',
);

const endpointSchema = text({ min: 1, max: 500 }).refine(
  value => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return (
      url !== undefined &&
      ['http:', 'https:'].includes(url.protocol) &&
      !url.username &&
      !url.password
    );
  },
  { error: 'must be an http or https URL without user and password' },
);

const list = defineOperation({
  id: 'services.list',
  title: 'List services',
  description:
    'What can be paid, by name, with prices, budgets and whether it can be paid now.',
  method: 'GET',
  path: '/services',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission, agents: true },
  input: z.strictObject({
    kind: z.enum(SERVICE_KINDS).optional(),
    status: listOf(z.enum(SERVICE_STATUSES)).optional(),
    entityRef: entityRefSchema.optional(),
    text: searchTextSchema.optional(),
    ...pageInput,
  }),
  output: pageOf(serviceSchema),
});

const status = defineOperation({
  id: 'services.status',
  title: 'Read the state of all services',
  description:
    'For every service whether it can be paid now, what it has cost this month and how much of its budgets is left; those that need attention first.',
  method: 'GET',
  path: '/services/status',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission },
  input: z.strictObject({}),
  output: z.object({
    currency: currencySchema,
    timeZone: z.string(),
    items: z.array(
      serviceSchema.pick({
        id: true,
        name: true,
        title: true,
        kind: true,
        status: true,
        onExhausted: true,
        fallback: true,
        absentSince: true,
        suspendedAt: true,
        suspendedUntil: true,
        monthMicros: true,
        budgets: true,
        version: true,
      }),
    ),
  }),
});

const get = defineOperation({
  id: 'services.get',
  title: 'Read a service',
  description: 'One service with its prices and its budgets.',
  method: 'GET',
  path: '/services/:id',
  effect: 'read',
  idempotent: true,
  callers: { people: budgetReadPermission, agents: true },
  input: z.strictObject({ id: idSchema }),
  output: serviceSchema,
});

const describedInput = {
  title: text({ min: 1, max: 200 }).optional(),
  description: text({ max: 2000 }).optional(),
  prices: pricesSchema.optional(),
  onExhausted: z.enum(EXHAUSTION_RULES).optional(),
};

const create = defineOperation({
  id: 'services.create',
  title: 'Add a service',
  description:
    'Adds something that is paid, with its prices and, if given, its budget of each month. Without a budget of its own only those of other scopes limit it.',
  method: 'POST',
  path: '/services',
  effect: 'write',
  idempotent: false,
  callers: { people: budgetUpdatePermission },
  input: z.strictObject({
    name: serviceNameSchema,
    kind: z.enum(SERVICE_KINDS).default('api'),
    ...describedInput,
    endpoint: endpointSchema.optional(),
    owner: entityRefSchema.optional(),
    entityRef: entityRefSchema.optional(),
    fallbackId: idSchema.optional(),
    monthlyBudgetMicros: amountSchema.optional(),
  }),
  output: serviceSchema,
  status: 201,
});

const update = defineOperation({
  id: 'services.update',
  title: 'Edit a service',
  description:
    'Changes what is given; null takes away. Prices count from the next charge on. Fallbacks may not lead back, nor over more than five services. What the configuration describes is changed there, but can be switched off and on.',
  method: 'PUT',
  path: '/services/:id',
  effect: 'write',
  idempotent: true,
  callers: { people: budgetUpdatePermission },
  input: z.strictObject({
    id: idSchema,
    ...describedInput,
    endpoint: endpointSchema.nullable().optional(),
    owner: entityRefSchema.nullable().optional(),
    entityRef: entityRefSchema.nullable().optional(),
    fallbackId: idSchema.nullable().optional(),
    /** false switches it off: nothing is charged to it. */
    isActive: z.boolean().optional(),
    /** Refuses the change with 409 when the service has changed since this version. */
    ifVersion: z.int().min(1).optional(),
  }),
  output: serviceSchema,
});

const remove = defineOperation({
  id: 'services.delete',
  title: 'Delete a service',
  description:
    'Removes a service that was never charged and is no fallback, with its budgets. One that was charged stays in the ledger and can only be switched off.',
  method: 'DELETE',
  path: '/services/:id',
  effect: 'destroy',
  idempotent: true,
  callers: { people: budgetDeletePermission },
  input: z.strictObject({ id: idSchema }),
  output: nothingSchema,
  status: 204,
});

const increaseBudget = defineOperation({
  id: 'services.increaseBudget',
  title: 'Increase the budget of a service',
  description:
    'Adds to the limit of the budget of its own that is used up most, or of the one of a period, for good. A service that rests because it was used up is active again as soon as all its budgets have room.',
  method: 'POST',
  path: '/services/:id/increase-budget',
  effect: 'write',
  idempotent: false,
  callers: { people: budgetUpdatePermission },
  input: z.strictObject({
    id: idSchema,
    amountMicros: amountSchema.min(1),
    period: z.enum(['day', 'week', 'month', 'total']).optional(),
    reason: reasonSchema,
    /** Refuses the increase with 409 when that budget has changed since this version. */
    ifVersion: z.int().min(1).optional(),
  }),
  output: serviceSchema,
});

/** Operations on services. */
export const services = {
  list,
  status,
  get,
  create,
  update,
  delete: remove,
  increaseBudget,
};
