/** A task that an agent works on, as the ledger attributes costs to it. */
export interface HeldTask {
  taskId: string;
  attempt: number;
  runId?: string;
  workflowId?: string;
  entityRef?: string;
}

/** Knows which tasks agents work on. */
export interface HeldTasks {
  /** The task, if the agent holds it, in this attempt if one is given. */
  find(
    agent: { organizationId: string; agentId: string },
    taskId: string,
    attempt?: number,
  ): Promise<HeldTask | undefined>;
}
