import type { Handlers } from '../operations/Handlers';
import type { EstimatesService } from './EstimatesService';

/** Adds to a task what it was expected to cost, when people or services read it. */
export function tellExpectedCost(
  get: Handlers<'tasks'>['get'],
  estimates: EstimatesService,
): Handlers<'tasks'>['get'] {
  return async (input, call) => {
    const task = await get(input, call);
    const { caller } = call;
    return caller.kind === 'user' || caller.kind === 'service'
      ? {
          ...task,
          expectedCostMicros: await estimates.expectedOf(caller, task.id),
        }
      : task;
  };
}
