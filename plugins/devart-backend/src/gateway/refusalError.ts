import { GatewayError } from './GatewayError';
import type { RefusedCall } from './CallPlanner';

/** Money that is only held back comes free within moments. */
const HELD_RETRY_SECONDS = 1;

const WORDS: Record<string, string> = {
  budget: 'a budget is used up',
  held: 'what is left of a budget is held back for calls that are under way',
  too_large: 'the call could cost more than a whole budget allows',
  suspended:
    'the service is used up until its budget begins anew or is increased',
  inactive: 'the service is switched off, or no longer in the configuration',
};

/** How a caller is told that nobody can pay for a call. */
export function refusalError(
  refused: RefusedCall,
  approvalId?: string,
): GatewayError {
  const { detail } = refused;
  const { reason } = detail;
  const why = WORDS[reason] ?? reason;
  const who = [...(detail.delegatedFrom ?? []), detail.service].join(', then ');
  if (approvalId !== undefined) {
    return new GatewayError(
      `Nobody can pay for the call (${who}): ${why}. The task waits for the approval of an increase; let go of it`,
      {
        status: 402,
        type: 'budget_error',
        code: 'paused',
        detail: { ...detail, approvalId },
      },
    );
  }
  const isHeld = reason === 'held';
  const ends = isHeld ? 'Try again in a moment' : 'Nothing was charged';
  const statuses: Record<string, number> = { held: 429, inactive: 403 };
  return new GatewayError(
    `Nobody can pay for the call (${who}): ${why}. ${ends}`,
    {
      status: statuses[reason] ?? 402,
      type: 'budget_error',
      code: 'rejected',
      retryAfterSeconds: isHeld ? HELD_RETRY_SECONDS : undefined,
      detail,
    },
  );
}
