import { useCallback } from 'react';
import { useKnownMe } from '../access';
import { money } from '../format';

/** Writes amounts in the organisation's currency. */
export function useMoney(): (micros: number) => string {
  const currency = useKnownMe()?.organization.currency;
  return useCallback(micros => money(micros, currency), [currency]);
}
