import type { Agent, DevartClient } from '@devart/plugin-devart-common';

/** Every agent that the control plane knows, or those that are described in one place. */
export async function listAgents(
  client: DevartClient,
  options: { managedBy?: Agent['managedBy']; signal?: AbortSignal },
): Promise<Agent[]> {
  const { managedBy, signal } = options;
  const agents: Agent[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.agents.list(
      { limit: 200, managedBy, cursor },
      { signal },
    );
    agents.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return agents;
}
