import type { Transaction } from '../database/Transaction';

/** On whose account an agent spends, or what a task belongs to. */
export interface AttributionRow {
  /** The owner of the agent. */
  owner: string | null;
  task_id: string | null;
  title: string | null;
  run_id: string | null;
  workflow_id: string | null;
  entity_ref: string | null;
  /** The attempt that the agent holds of the task. */
  attempt: number | null;
}

const TASK_COLUMNS = `t.id as task_id, t.title, t.run_id, r.workflow_id, t.entity_ref`;

/** Reads on whose account something is spent, from agents, tasks and runs. */
export class AttributionStore {
  /** Of an agent, and of the task if it holds it. */
  async ofAgent(
    tx: Transaction,
    organizationId: string,
    agentId: string,
    taskId: string | undefined,
  ): Promise<AttributionRow | undefined> {
    const [row] = await tx.hotRows<AttributionRow>(
      `select a.owner, ${TASK_COLUMNS}, l.attempt
       from agents a
       left join task_leases l on l.task_id = ?::uuid and l.agent_id = a.id
       left join tasks t on t.id = l.task_id
       left join workflow_runs r on r.id = t.run_id
       where a.organization_id = ?::uuid and a.id = ?::uuid`,
      [taskId ?? null, organizationId, agentId],
    );
    return row;
  }

  /** Of a task, whoever does it. */
  async ofTask(
    tx: Transaction,
    organizationId: string,
    taskId: string,
  ): Promise<AttributionRow | undefined> {
    const [row] = await tx.hotRows<AttributionRow>(
      `select null as owner, ${TASK_COLUMNS}, null::integer as attempt
       from tasks t left join workflow_runs r on r.id = t.run_id
       where t.organization_id = ?::uuid and t.id = ?::uuid`,
      [organizationId, taskId],
    );
    return row;
  }
}
