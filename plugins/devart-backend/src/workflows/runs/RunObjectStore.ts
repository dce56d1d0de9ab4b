import type { DemandedQuery } from '../../access/ObjectKind';
import { Conditions } from '../../database/Conditions';
import type { Transaction } from '../../database/Transaction';

/** What of a run a policy may decide by. */
export interface RunObjectRow {
  id: string;
  started_by: string;
  entity_ref: string | null;
}

/** The SQL of what policies demand of runs. */
export class RunObjectStore {
  async find(tx: Transaction, ids: readonly string[]): Promise<RunObjectRow[]> {
    return tx.rows<RunObjectRow>(
      'select id, started_by, entity_ref from workflow_runs where id = any(?::uuid[])',
      [ids],
    );
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
