import type { Transaction } from '../database/Transaction';

/** A running attempt of a task, with what costs are attributed to. */
export interface HeldTaskRow {
  attempt: number;
  run_id: string | null;
  workflow_id: string | null;
  entity_ref: string | null;
}

/** The SQL of what agents work on, as the ledger wants to know it. */
export class HeldTaskStore {
  /** The task if the agent holds it, in this attempt if one is given. */
  async find(
    tx: Transaction,
    agent: { organizationId: string; agentId: string },
    taskId: string,
    attempt?: number,
  ): Promise<HeldTaskRow | undefined> {
    const [row] = await tx.hotRows<HeldTaskRow>(
      `select l.attempt, t.run_id, r.workflow_id, t.entity_ref
       from task_leases l
       join tasks t on t.id = l.task_id
       left join workflow_runs r on r.id = t.run_id
       where l.task_id = ? and l.organization_id = ? and l.agent_id = ? and l.attempt = coalesce(?::int, l.attempt)`,
      [taskId, agent.organizationId, agent.agentId, attempt ?? null],
    );
    return row;
  }
}
