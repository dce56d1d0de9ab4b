import { useState } from 'react';
import { useKnownMe } from '../access';
import { periodStart, type Period } from '../spend';

/** How far a page looks back, and since when that is in the organisation's time zone. */
export function usePeriod() {
  const timeZone = useKnownMe()?.organization.timeZone;
  const [period, setPeriod] = useState<Period>('30');
  return {
    period,
    setPeriod,
    timeZone,
    /** Asked for when it loads, so that it moves on with the clock. */
    from: () => timeZone && periodStart(Number(period), timeZone, Date.now()),
  };
}

/** What {@link usePeriod} answers. */
export type PeriodState = ReturnType<typeof usePeriod>;
