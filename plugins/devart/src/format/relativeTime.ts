const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** `3 minutes ago`, `in 2 hours`; `just now` within ten seconds. */
export function relativeTime(instant: string, now: number): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  if (Math.abs(seconds) < 10) {
    return 'just now';
  }
  // Counted, not named: ten days ahead are no `next week`.
  const format = new Intl.RelativeTimeFormat('en');
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) {
      const count = seconds / size;
      // What was set to a week ahead a moment ago is still a week ahead.
      return format.format(
        count > 0 ? Math.round(count) : Math.trunc(count),
        unit,
      );
    }
  }
  return format.format(Math.trunc(seconds), 'second');
}

/** The instant in full, in the time zone of whoever looks at it. */
export function absoluteTime(instant: string): string {
  return new Intl.DateTimeFormat(undefined, {
    dateStyle: 'full',
    timeStyle: 'long',
  }).format(new Date(instant));
}
