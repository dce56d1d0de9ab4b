/** The day of an instant in a time zone, that of the browser unless given. */
export function dayIn(instant: string, timeZone: string | undefined): string {
  return new Date(instant).toLocaleDateString(undefined, {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}
