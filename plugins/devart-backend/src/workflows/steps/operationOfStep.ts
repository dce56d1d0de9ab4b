import { allOperations, type Operation } from '@devart/plugin-devart-common';

/** Decisions are those of people, who see what they decide. */
const PERSONAL = new Set(['approvals.decide', 'approvals.delegate']);

const operationsOfSteps: ReadonlyMap<string, Operation> = new Map(
  allOperations
    .filter(
      ({ id, callers, answersSecret, events, document }) =>
        callers.people &&
        !answersSecret &&
        !events &&
        !document &&
        !PERSONAL.has(id),
    )
    .map(operation => [operation.id, operation]),
);

/**
 * The operation that a step may do: one for people, that answers no secret
 * (outputs of steps are read by everybody who may see runs), and is neither a stream nor a
 * decision.
 */
export function operationOfStep(id: string): Operation | undefined {
  return operationsOfSteps.get(id);
}
