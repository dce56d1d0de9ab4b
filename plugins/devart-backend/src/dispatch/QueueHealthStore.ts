import type { Transaction } from '../database/Transaction';

/** How much of the queue asks for the same capabilities. */
export interface QueueDepth {
  organizationId: string;
  organization: string;
  capabilitySetId: number;
  capabilities: string[];
  /** Tasks that may be claimed. */
  ready: number;
  /** Tasks whose time has not come. */
  scheduled: number;
  /** Since when the one that waits longest may be claimed. */
  oldestReadyAt?: Date;
}

/** A part of the queue that is longer or older than is wanted. */
export interface QueueAlert {
  capabilities: string[];
  queued: number;
  oldestReadyAt?: Date;
  since: Date;
  /** In words. */
  reason: string;
}

/** The SQL of how the queue does as a whole. */
export class QueueHealthStore {
  /** Every part of every queue, over all organisations. */
  async depths(tx: Transaction): Promise<QueueDepth[]> {
    const rows = await tx.rows<
      Omit<QueueDepth, 'oldestReadyAt'> & { oldestReadyAt: Date | null }
    >(
      `select o.id as "organizationId", o.name as organization, s.id as "capabilitySetId", s.capabilities,
         q.ready, q.scheduled, q.oldest as "oldestReadyAt"
       from (
         select capability_set_id, count(*) filter (where ready)::int as ready,
           count(*) filter (where not ready)::int as scheduled,
           min(available_at) filter (where ready) as oldest
         from task_queue group by capability_set_id) q
       join capability_sets s on s.id = q.capability_set_id
       join organizations o on o.id = s.organization_id`,
    );
    return rows.map(row => ({
      ...row,
      oldestReadyAt: row.oldestReadyAt ?? undefined,
    }));
  }

  /** Takes an alert down; true when it was not there yet. */
  async raise(
    tx: Transaction,
    depth: QueueDepth,
    reason: string,
  ): Promise<boolean> {
    const [row] = await tx.rows<{ inserted: boolean }>(
      `insert into queue_alerts (organization_id, capability_set_id, queued, oldest_ready_at, reason)
       values (?, ?, ?, ?, ?)
       on conflict (organization_id, capability_set_id) do update
         set queued = excluded.queued, oldest_ready_at = excluded.oldest_ready_at, reason = excluded.reason
       returning xmax = 0 as inserted`,
      [
        depth.organizationId,
        depth.capabilitySetId,
        depth.ready,
        depth.oldestReadyAt ?? null,
        reason,
      ],
    );
    return row.inserted;
  }

  /** Removes the alerts about all but some sets of capabilities; answers what is over. */
  async clearAllBut(
    tx: Transaction,
    capabilitySetIds: readonly number[],
  ): Promise<
    Pick<QueueDepth, 'organizationId' | 'organization' | 'capabilities'>[]
  > {
    return tx.rows(
      `delete from queue_alerts a using capability_sets s, organizations o
       where s.id = a.capability_set_id and o.id = a.organization_id and a.capability_set_id <> all(?::int[])
       returning o.id as "organizationId", o.name as organization, s.capabilities`,
      [capabilitySetIds as number[]],
    );
  }

  async alerts(tx: Transaction, organizationId: string): Promise<QueueAlert[]> {
    const rows = await tx.rows<
      Omit<QueueAlert, 'oldestReadyAt'> & { oldestReadyAt: Date | null }
    >(
      `select s.capabilities, a.queued, a.oldest_ready_at as "oldestReadyAt", a.since, a.reason
       from queue_alerts a join capability_sets s on s.id = a.capability_set_id
       where a.organization_id = ? order by a.since`,
      [organizationId],
    );
    return rows.map(row => ({
      ...row,
      oldestReadyAt: row.oldestReadyAt ?? undefined,
    }));
  }
}
