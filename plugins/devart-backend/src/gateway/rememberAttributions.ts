import type { AgentCaller } from '../access/Caller';
import type { Attributor, SpendingTask } from '../budgets/Attributor';
import type { Attribution } from '../budgets/charges';

/** A task that was taken from an agent is charged for so long. */
const REMEMBERED_MS = 2000;
const MAX_REMEMBERED = 10_000;

/** Says on whose account an agent spends, for the task that it names. */
export type AttributionFinder = (
  agent: AgentCaller,
  task: SpendingTask | undefined,
) => Promise<Attribution>;

/** Remembers for a moment on whose account agents spend: they call models many times in a row. */
export function rememberAttributions(
  attributor: Attributor,
): AttributionFinder {
  const known = new Map<string, { attribution: Attribution; until: number }>();
  return async (agent, task) => {
    const key = `${agent.agentId} ${task?.taskId} ${task?.attempt}`;
    const remembered = known.get(key);
    if (remembered && remembered.until > Date.now()) {
      return remembered.attribution;
    }
    const attribution = await attributor.ofAgent(agent, task);
    known.delete(key);
    if (known.size >= MAX_REMEMBERED) {
      known.delete(known.keys().next().value!);
    }
    known.set(key, { attribution, until: Date.now() + REMEMBERED_MS });
    return attribution;
  };
}
