import { Cron } from 'croner';

/** When a schedule of five fields next comes round after an instant; null when it never does. */
export function nextRun(
  cron: string,
  timezone: string,
  after: Date,
): Date | null {
  return new Cron(cron, { timezone, paused: true }).nextRun(after);
}
