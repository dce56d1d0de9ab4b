import { createHash } from 'node:crypto';
import type { JsonObject } from '@backstage/types';

/**
 * A key that stays the same when a step runs again after a crash, so that it
 * does not create a second time what it created before. The input belongs to
 * it, since the iterations of a step with `each` differ in nothing else.
 */
export function idempotencyKeyOf(step: {
  task: { id: string };
  step?: { id?: string };
  input: JsonObject;
}): string {
  const iteration = createHash('sha256')
    .update(JSON.stringify([step.step?.id, step.input]))
    .digest('hex')
    .slice(0, 32);
  return `scaffolder:${step.task.id}:${iteration}`;
}
