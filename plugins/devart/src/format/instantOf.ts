/** The instant that a field for date and time stands for, in the browser's time zone. */
export function instantOf(local: string | undefined): string | undefined {
  const at = local ? Date.parse(local) : NaN;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
