import type { DemandedQuery } from '../access/ObjectKind';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** What of a task a policy may decide by. */
export interface TaskObjectRow {
  id: string;
  created_by: string;
  entity_ref: string | null;
  agent_id: string | null;
  agent_name: string | null;
}

/** The agent of a task: whoever holds it, or did so last. */
function holderOf(alias: string): string {
  return `coalesce((select l.agent_id from task_leases l where l.task_id = ${alias}.id), ${alias}.agent_id)`;
}

/** The SQL of what policies demand of tasks. */
export class TaskObjectStore {
  async find(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<TaskObjectRow[]> {
    return tx.rows<TaskObjectRow>(
      `select t.id, t.created_by, t.entity_ref, t.agent_id, a.name as agent_name
       from task_live t left join agents a on a.id = t.agent_id where t.id = any(?::uuid[])`,
      [ids],
    );
  }

  condition({ key, among }: DemandedQuery, alias: string): Conditions {
    const where = new Conditions();
    switch (key) {
      case 'creator':
        return where.add(`lower(${alias}.created_by) = any(?::text[])`, among);
      case 'entity':
        return where.add(`lower(${alias}.entity_ref) = any(?::text[])`, among);
      case 'assignee':
        return where.add(
          `${holderOf(alias)} in (select a.id from agents a
             where a.organization_id = ${alias}.organization_id and (a.id::text = any(?::text[]) or a.name = any(?::text[])))`,
          among,
          among,
        );
      default:
        throw new Error(`Nothing of a task is its ${key}`);
    }
  }
}
