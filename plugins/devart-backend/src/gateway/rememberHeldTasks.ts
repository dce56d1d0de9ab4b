import type { HeldTask, HeldTasks } from './HeldTasks';

/** A task that was taken from an agent is charged for so long. */
const REMEMBERED_MS = 2000;
const MAX_REMEMBERED = 10_000;

/** Remembers for a moment which tasks agents hold: agents call models many times in a row. */
export function rememberHeldTasks(tasks: HeldTasks): HeldTasks {
  const known = new Map<string, { task: HeldTask; until: number }>();
  return {
    async find(agent, taskId, attempt) {
      const key = `${agent.agentId} ${taskId}`;
      const remembered = known.get(key);
      if (
        remembered &&
        remembered.until > Date.now() &&
        (attempt === undefined || attempt === remembered.task.attempt)
      ) {
        return remembered.task;
      }
      const task = await tasks.find(agent, taskId, attempt);
      known.delete(key);
      if (task) {
        if (known.size >= MAX_REMEMBERED) {
          known.delete(known.keys().next().value!);
        }
        known.set(key, { task, until: Date.now() + REMEMBERED_MS });
      }
      return task;
    },
  };
}
