const DAY_MS = 86_400_000;

/** How far a time zone is ahead of UTC at an instant, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find(each => each.type === type)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(instant / 1000) * 1000;
}

/**
 * When the first of so many days begins, of which today is the last, in the
 * time zone of an organisation: a bar of half a day would look like a quiet one.
 */
export function periodStart(
  days: number,
  timeZone: string,
  now: number,
): string {
  const localNow = now + offsetAt(now, timeZone);
  const localStart =
    Math.floor(localNow / DAY_MS) * DAY_MS - (days - 1) * DAY_MS;
  // The clock may have been changed since then: the offset is that of then.
  const guess = localStart - offsetAt(localStart, timeZone);
  return new Date(localStart - offsetAt(guess, timeZone)).toISOString();
}
