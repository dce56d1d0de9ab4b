import type { Organization } from '../access/Organizations';

/** How an organisation counts money and days, as it is answered. */
export function reckoningOf({ currency, timeZone }: Organization): {
  currency: string;
  timeZone: string;
} {
  return { currency, timeZone };
}
