import { PermanentError, type ClaimedTask } from '@devart/agent-sdk';
import type { z } from 'zod';

/**
 * The input of a task as a schema describes it.
 *
 * @throws PermanentError naming the first field that is wrong
 */
export function readTaskInput<Schema extends z.ZodType>(
  task: ClaimedTask,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(task.input);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new PermanentError(
      `The input of the task is wrong: ${['input', ...path].join('.')}: ${message}`,
    );
  }
  return parsed.data;
}
