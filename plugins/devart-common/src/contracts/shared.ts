import { z } from 'zod';
import { MAX_AMOUNT_MICROS } from '../model/money';
import { isStorableText, text } from '../model/text';

/** A UUID; everything the control plane makes has version 7. */
export const idSchema = z.uuid();

/** An instant in ISO 8601 with a time zone; answers are always in UTC. */
export const instantSchema = z.iso.datetime({ offset: true });

/** `kind:namespace/name` of something in the catalog. */
export const entityRefSchema = text({ min: 3, max: 400 }).regex(
  /^[A-Za-z][A-Za-z0-9]*:[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._-]*$/,
  'must be an entity reference such as component:default/shop',
);

/** One capability: what a task asks of an agent and what an agent says it can do. */
export const capabilitySchema = text({ min: 1, max: 63 })
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9._:+-]*$/,
    'must start with a letter or digit and hold only letters, digits and . _ : + -',
  );

/** A set of capabilities; order and repetition mean nothing. */
export const capabilitiesSchema = z
  .array(capabilitySchema)
  .max(32)
  .transform(capabilities => [...new Set(capabilities)].sort());

/** Capabilities as they are answered: lower case, sorted, without repetition. */
export const storedCapabilitiesSchema = z.array(z.string());

/** Who did something: `user:…`, `agent:…`, `service:…`, `webhook:…` or `system:…`. */
export const actorSchema = z.string();

/** A number from a query string or a JSON number. */
export function count(options: { min: number; max: number }) {
  return z.coerce.number().int().min(options.min).max(options.max);
}

/** A yes or no from a query string or a JSON boolean. */
export const flagSchema = z.preprocess(value => {
  if (value === 'true') {
    return true;
  }
  return value === 'false' ? false : value;
}, z.boolean());

/** One or several values, as an array or separated by commas. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess(
    value => (typeof value === 'string' ? value.split(',') : value),
    z.array(item).min(1).max(32),
  );
}

/** Text to search for. */
export const searchTextSchema = text({ min: 1, max: 200 });

/** Inputs of every list: how many rows, and where the page before ended. */
export const pageInput = {
  limit: count({ min: 1, max: 200 }).default(50),
  cursor: z
    .string()
    .max(500)
    .refine(isStorableText, { error: 'must be a cursor of an earlier page' })
    .optional(),
};

/** A page of a list; `nextCursor` is missing on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}

/** Why somebody did something; kept in the history. */
export const reasonSchema = text({ min: 1, max: 1000 });

/** The answer of operations that have nothing to say. */
export const nothingSchema = z.void();

/** The fence of everything an agent says about a task: the attempt it is on. */
export const attemptSchema = z.int().min(1).max(1_000_000);

/** An amount of money in millionths of the organisation's currency. */
export const amountSchema = z.int().min(0).max(MAX_AMOUNT_MICROS);

/** Sums of money in millionths of the currency; corrections may make them negative. */
export const sumSchema = z.int();

/** ISO 4217, for example EUR. */
export const currencySchema = z.string();
