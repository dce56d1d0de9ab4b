import type { Transaction } from '../database/Transaction';

/** An approval about which there is something new to tell. */
export interface DueNotice {
  approval_id: string;
  /** Grows with everything new; what was told is told for good only if it did not. */
  revision: number;
  attempts: number;
  /** Users and groups who were told of it before. */
  told: string[];
}

/** The SQL of what is to be told about approvals. */
export class NoticeStore {
  /**
   * Makes an approval be told about. What is being told at the moment, or is
   * tried again later, is not told out of turn: the newest would be overtaken.
   */
  async renew(tx: Transaction, approvalId: string): Promise<void> {
    await tx.run(
      `insert into approval_notices (approval_id, organization_id)
       select id, organization_id from approvals where id = ?
       on conflict (approval_id) do update set revision = approval_notices.revision + 1, attempts = 0,
         due_at = case when approval_notices.due_at = 'infinity' then now() else approval_notices.due_at end`,
      [approvalId],
    );
  }

  /** Takes what is due for so many seconds in which no other replica takes it. */
  async take(
    tx: Transaction,
    leaseSeconds: number,
  ): Promise<DueNotice | undefined> {
    const [row] = await tx.rows<DueNotice>(
      `update approval_notices set due_at = now() + make_interval(secs => ?::double precision)
       where approval_id = (
         select approval_id from approval_notices where due_at <= now()
         order by due_at limit 1 for update skip locked)
       returning approval_id, revision, attempts, told`,
      [leaseSeconds],
    );
    return row;
  }

  /** Takes down that a notice was told; due at once when there is something newer. */
  async markTold(
    tx: Transaction,
    notice: DueNotice,
    told: readonly string[],
  ): Promise<void> {
    await tx.run(
      `update approval_notices set told = ?::text[], attempts = 0,
         due_at = case when revision = ? then 'infinity'::timestamptz else now() end
       where approval_id = ?`,
      [told as string[], notice.revision, notice.approval_id],
    );
  }

  /** Takes down that a notice could not be told; without a time it is given up. */
  async markFailed(
    tx: Transaction,
    notice: DueNotice,
    retryInSeconds: number | undefined,
  ): Promise<void> {
    await tx.run(
      `update approval_notices set attempts = attempts + 1,
         due_at = case when ?::double precision is null and revision = ? then 'infinity'::timestamptz
           else now() + make_interval(secs => coalesce(?::double precision, 0)) end
       where approval_id = ?`,
      [
        retryInSeconds ?? null,
        notice.revision,
        retryInSeconds ?? null,
        notice.approval_id,
      ],
    );
  }
}
