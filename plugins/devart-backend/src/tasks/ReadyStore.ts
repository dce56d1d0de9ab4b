import type { Transaction } from '../database/Transaction';

/** A set of capabilities for which tasks are ready. */
export interface ReadySet {
  id: number;
  organization_id: string;
  capabilities: string[];
}

/** The SQL of what is ready to be handed out, without handing it out. */
export class ReadyStore {
  /** The sets for which at least one task is ready; a look at one entry of the index for each. */
  async sets(tx: Transaction): Promise<ReadySet[]> {
    return tx.rows<ReadySet>(
      `select id, organization_id, capabilities from capability_sets s
       where exists (select 1 from task_queue q where q.ready and q.capability_set_id = s.id)`,
    );
  }

  /** How many tasks an agent is working on, and how many of these in one session. */
  async countHeld(
    tx: Transaction,
    holder: { agentId: string; sessionId: string },
  ): Promise<{ agent: number; session: number }> {
    const [row] = await tx.hotRows<{ agent: number; session: number }>(
      `select count(*)::int as agent, (count(*) filter (where session_id = ?))::int as session
       from task_leases where agent_id = ?`,
      [holder.sessionId, holder.agentId],
    );
    return row;
  }
}
