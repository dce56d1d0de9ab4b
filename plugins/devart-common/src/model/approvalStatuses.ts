/** Where a request for approval stands. */
export const APPROVAL_STATUSES = [
  'pending',
  'approved',
  'rejected',
  'expired',
  'cancelled',
] as const;

/** Where a request for approval stands. */
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

/** What happens to the world once it is approved, from the least to the most. */
export const EFFECT_CLASSES = [
  'none',
  'idempotent',
  'external',
  'destructive',
] as const;

/** What happens to the world once it is approved. */
export type EffectClass = (typeof EFFECT_CLASSES)[number];
