import type { EffectClass } from '@devart/plugin-devart-common';
import type { DemandedQuery } from '../access/ObjectKind';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** What of an approval a policy may decide by. */
export interface ApprovalObjectRow {
  id: string;
  requested_by: string;
  entity_ref: string | null;
  effect_class: EffectClass;
  assignees: string[];
}

/** Who was asked by name, and to whom it was delegated. */
function assigneesOf(alias: string): string {
  return `select lower(named.ref) as ref from unnest(${alias}.approvers) as named (ref)
    union all select lower(g.to_ref) from approval_delegations g where g.approval_id = ${alias}.id`;
}

/** The SQL of what policies demand of approvals. */
export class ApprovalObjectStore {
  async find(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<ApprovalObjectRow[]> {
    return tx.rows<ApprovalObjectRow>(
      `select a.id, a.requested_by, a.entity_ref, a.effect_class,
         array(${assigneesOf('a')}) as assignees
       from approvals a where a.id = any(?::uuid[])`,
      [ids],
    );
  }

  condition({ key, among }: DemandedQuery, alias: string): Conditions {
    const where = new Conditions();
    switch (key) {
      case 'creator':
        return where.add(
          `lower(${alias}.requested_by) = any(?::text[])`,
          among,
        );
      case 'entity':
        return where.add(`lower(${alias}.entity_ref) = any(?::text[])`, among);
      case 'assignee':
        return where.add(
          `exists (select 1 from (${assigneesOf(alias)}) asked where asked.ref = any(?::text[]))`,
          among,
        );
      default:
        return where.add(`${alias}.effect_class = any(?::text[])`, among);
    }
  }
}
