import type { DemandedQuery } from '../../access/ObjectKind';
import { Conditions } from '../../database/Conditions';
import type { Transaction } from '../../database/Transaction';

/** What of a run a policy may decide by. */
export interface RunObjectRow {
  id: string;
  started_by: string;
  entity_ref: string | null;
}

/** What narrows a list of runs. */
export interface RunFilter {
  workflowId?: string;
  status?: readonly string[];
  trigger?: readonly string[];
  startedBy?: string;
  entityRef?: string;
  parentRunId?: string;
  beforeId?: string;
  limit: number;
}

/** The SQL of what policies demand of runs. */
export class RunObjectStore {
  async find(tx: Transaction, ids: readonly string[]): Promise<RunObjectRow[]> {
    return tx.rows<RunObjectRow>(
      'select id, started_by, entity_ref from workflow_runs where id = any(?::uuid[])',
      [ids],
    );
  }

  /** The ids of those runs of a list that meet a condition on `r`, newest first, one more than its limit. */
  async page(
    tx: Transaction,
    organizationId: string,
    filter: RunFilter,
    visible: Conditions,
  ): Promise<string[]> {
    const where = new Conditions()
      .add('r.organization_id = ?', organizationId)
      .narrow('r.workflow_id = ?', filter.workflowId)
      .narrow('r.status = any(?::text[])', filter.status)
      .narrow('r.trigger = any(?::text[])', filter.trigger)
      .narrow('r.started_by = ?', filter.startedBy)
      .narrow('r.entity_ref = ?', filter.entityRef)
      .narrow('r.parent_run_id = ?', filter.parentRunId)
      .narrow('r.id < ?', filter.beforeId)
      .with(visible);
    const rows = await tx.rows<{ id: string }>(
      `select r.id from workflow_runs r where ${where.sql} order by r.id desc limit ?`,
      [...where.bindings, filter.limit + 1],
    );
    return rows.map(({ id }) => id);
  }

  condition({ key, among }: DemandedQuery, alias: string): Conditions {
    const where = new Conditions();
    switch (key) {
      case 'creator':
        return where.add(`lower(${alias}.started_by) = any(?::text[])`, among);
      case 'entity':
        return where.add(`lower(${alias}.entity_ref) = any(?::text[])`, among);
      default:
        throw new Error(`Nothing of a run is its ${key}`);
    }
  }
}
