import { operations, type Operation } from '@devart/plugin-devart-common';
import type { Request } from 'express';
import { requireAgent, type Caller } from '../access/Caller';

/** An older path that still leads to an operation. */
export interface OperationAlias {
  method: Operation['method'];
  path: string;
  operation: Operation;
  /** Brings the request into the shape that the operation expects. */
  adapt?: (request: Request, caller: Caller) => void;
}

function alias(
  method: Operation['method'],
  path: string,
  operation: unknown,
  adapt?: OperationAlias['adapt'],
): OperationAlias {
  return { method, path, operation: operation as Operation, adapt };
}

/** An agent claims for itself without naming itself. */
function nameSelf(request: Request, caller: Caller): void {
  request.params.id = requireAgent(caller).agentId;
  request.body = request.method === 'GET' ? {} : request.body;
}

/** Older spellings of paths, each with the operation that answers there. */
export const aliases: readonly OperationAlias[] = [
  alias('POST', '/agents', operations.agents.register),
  alias('POST', '/agents/:id/toggle', operations.agents.setActivation),
  alias('GET', '/tasks/claim', operations.agents.claim, nameSelf),
  alias('POST', '/tasks/claim', operations.agents.claim, nameSelf),
  alias(
    'POST',
    '/tasks/:id/claim',
    operations.agents.claim,
    (request, caller) => {
      const taskId = request.params.id;
      nameSelf(request, caller);
      request.body = { taskId };
    },
  ),
  alias(
    'POST',
    '/tasks/:id/create-successor',
    operations.tasks.createSuccessor,
  ),
  alias('PUT', '/tasks/:id/error', operations.tasks.reportFailure),
  alias(
    'POST',
    '/integrations/github/pr-feedback',
    operations.tasks.complete,
    request => {
      const { taskId, attempt, review } = (request.body ?? {}) as Record<
        string,
        unknown
      >;
      request.params.id = String(taskId);
      request.body = { attempt, output: review };
    },
  ),
];
