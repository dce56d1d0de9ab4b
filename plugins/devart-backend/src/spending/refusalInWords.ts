import type { Refused } from '../budgets/charges';
import { money } from '../budgets/describeBudget';
import type { ServiceRow } from '../budgets/ServiceStore';

/** Why nobody was paid, for people. */
export function refusalInWords(
  asked: Pick<ServiceRow, 'title' | 'absent_since'>,
  refused: Refused,
  currency: string,
): string {
  const service = asked.title;
  const needed = money(refused.neededMicros ?? 0, currency);
  const left = money(Math.max(0, refused.remainingMicros ?? 0), currency);
  const others = refused.delegatedFrom?.length
    ? ', nor can any of its fallbacks'
    : '';
  switch (refused.reason) {
    case 'suspended':
      return `${service} is used up and rests until its budget begins anew or is increased${others}`;
    case 'inactive':
      return asked.absent_since
        ? `${service} is paid no longer: the configuration does not describe it any more${others}`
        : `${service} is switched off${others}`;
    case 'too_large':
      return `${needed} is more than a whole budget allows`;
    case 'held':
      return `The rest of the budget, ${left}, is held back for calls under way; try again in a moment`;
    case 'price_unknown':
      return `${service} has no price for this; set one, or say the amount`;
    case 'unknown_service':
      return 'There is no such service';
    case 'request_used':
      return 'The request was used before';
    default:
      return `${service} cannot be paid${others}: ${needed} is needed, and the budget has ${left} left`;
  }
}
