/** Millionths of a unit of the currency: the only form in which amounts are kept and sent. */
export const MICROS_PER_UNIT = 1_000_000;

/** Largest amount, in millionths: a thousand million units of the currency. */
export const MAX_AMOUNT_MICROS = 1e15;

/** What a budget can limit. */
export const BUDGET_SCOPES = [
  'organization',
  'team',
  'agent',
  'workflow',
  'run',
  'service',
] as const;

/** What a budget limits. */
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** How long a budget counts before it begins anew; `total` never does. */
export const BUDGET_PERIODS = ['day', 'week', 'month', 'total'] as const;

/** How long a budget counts before it begins anew. */
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/**
 * How much of a budget is used: `warning` from 80 %, `exhausted` when nothing
 * is left, `blocked` when it allows nothing at all.
 */
export const BUDGET_LEVELS = ['ok', 'warning', 'exhausted', 'blocked'] as const;

/** How much of a budget is used. */
export type BudgetLevel = (typeof BUDGET_LEVELS)[number];

/** From which part of its limit on a budget is at the level `warning`. */
export const BUDGET_WARNING_SHARE = 0.8;

/** Over how many rows a budget can be spread that very many calls meet at once. */
export const MAX_BUDGET_SHARDS = 64;

/** How many fallbacks may stand behind a service, one behind the other. */
export const MAX_FALLBACKS = 5;

/** What services are: models are paid by the token, others by the call or the unit. */
export const SERVICE_KINDS = ['model', 'api'] as const;

/** What a service is. */
export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** Whether a service can be paid now. */
export const SERVICE_STATUSES = ['active', 'suspended', 'inactive'] as const;

/**
 * Whether a service can be paid now: not while its own budget is used up
 * (`suspended`), or somebody has switched it off (`inactive`).
 */
export type ServiceStatus = (typeof SERVICE_STATUSES)[number];

/** What happens when no budget allows a charge of a service. */
export const EXHAUSTION_RULES = ['delegate', 'ask', 'reject'] as const;

/**
 * What happens when a budget does not allow a charge: the fallback pays, a
 * person is asked, or it is refused.
 */
export type ExhaustionRule = (typeof EXHAUSTION_RULES)[number];

/**
 * What stands in the ledger: what was paid, what was held back and whose true
 * cost nobody knows yet, and what later said the truth about either.
 */
export const LEDGER_KINDS = ['charge', 'suspense', 'correction'] as const;

/** What an entry of the ledger is. */
export type LedgerKind = (typeof LEDGER_KINDS)[number];

/** Of what budgets and services tell by themselves. */
export const BUDGET_ALERTS = [
  'threshold',
  'exhausted',
  'suspended',
  'delegated',
  'forecast',
] as const;

/** Of what a budget or a service tells. */
export type BudgetAlertKind = (typeof BUDGET_ALERTS)[number];

/** Why a charge was refused. */
export const REFUSAL_REASONS = [
  'budget',
  'held',
  'too_large',
  'suspended',
  'inactive',
  'price_unknown',
  'unknown_service',
] as const;

/**
 * Why a charge was refused: a budget is used up (`budget`), or would be if what
 * is held back for calls under way were spent (`held`); more than a whole
 * budget (`too_large`); the service is used up or switched off, or has no price
 * for what was asked, or is not there.
 */
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** An amount as a decimal of the currency, exact to the last millionth: `-1.500000`. */
export function decimalOfMicros(micros: number): string {
  const size = Math.abs(micros);
  const units = Math.floor(size / MICROS_PER_UNIT);
  const rest = String(size % MICROS_PER_UNIT).padStart(6, '0');
  return `${micros < 0 ? '-' : ''}${units}.${rest}`;
}
