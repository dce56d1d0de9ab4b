import type { TimeBucket } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';
import type { Period } from './periodOf';

/** The SQL of days, weeks and months of an organisation. */
export class BucketStore {
  /** When the buckets of a period begin, oldest first; one more than `limit`. */
  async bucketsOf(
    tx: Transaction,
    organizationId: string,
    period: Period,
    bucket: TimeBucket,
    limit: number,
  ): Promise<Date[]> {
    const rows = await tx.rows<{ starts_at: Date }>(
      `select local at time zone o.time_zone as starts_at from organizations o,
         generate_series(date_trunc(?, ?::timestamptz at time zone o.time_zone),
           (?::timestamptz - interval '1 microsecond') at time zone o.time_zone, ('1 ' || ?)::interval) as local
       where o.id = ? order by local limit ?`,
      [bucket, period.from, period.to, bucket, organizationId, limit + 1],
    );
    return rows.map(row => row.starts_at);
  }
}
