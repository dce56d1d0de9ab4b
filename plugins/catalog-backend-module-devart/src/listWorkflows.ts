import type {
  DevartClient,
  WorkflowSummary,
} from '@devart/plugin-devart-common';

/** Every workflow that the control plane knows, or those that are described in one place. */
export async function listWorkflows(
  client: DevartClient,
  options: { managedBy?: WorkflowSummary['managedBy']; signal?: AbortSignal },
): Promise<WorkflowSummary[]> {
  const { managedBy, signal } = options;
  const workflows: WorkflowSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.workflows.list(
      { limit: 200, managedBy, cursor },
      { signal },
    );
    workflows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return workflows;
}
