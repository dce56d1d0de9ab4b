import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { isResourcePermission } from '@backstage/plugin-permission-common';
import { allOperations, type Operation } from '@devart/plugin-devart-common';
import type { CallerResolver } from '../access/CallerResolver';
import { toActionSchema } from './toActionSchema';
import type { OperationRunner } from './OperationRunner';

/** `tasks.setStatus` as actions are named: `tasks-set-status`. */
export function actionNameOf(operation: Pick<Operation, 'id'>): string {
  return operation.id
    .replace('.', '-')
    .replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/**
 * Offers every operation for people as a Backstage action, and so as a tool of
 * the MCP server, in the name and with the rights of whoever calls it.
 * Operations that answer a secret are left out: a model would read it; so are
 * streams and documents.
 */
export function registerActions(options: {
  registry: ActionsRegistryService;
  runner: OperationRunner;
  callers: CallerResolver;
  stopping: AbortSignal;
}): void {
  const { registry, runner, callers, stopping } = options;
  for (const operation of allOperations) {
    const { people } = operation.callers;
    const isStream = operation.events ?? operation.document;
    if (!people || operation.answersSecret || isStream) {
      continue;
    }
    registry.register({
      name: actionNameOf(operation),
      title: operation.title,
      description: operation.description,
      schema: {
        input: zod => toActionSchema(zod, operation.input),
        // Actions answer objects; an operation that may have nothing to say wraps what it says.
        output: zod => zod.object({ result: zod.any() }),
      },
      // One that a policy may give on conditions says nothing of the action as
      // a whole: those are seen by everybody, and refused when they are called.
      visibilityPermission: isResourcePermission(people) ? undefined : people,
      attributes: {
        readOnly: operation.effect === 'read',
        destructive: operation.effect === 'destroy',
        idempotent: operation.idempotent,
      },
      action: async ({ input, credentials }) => {
        const caller = await runner.admit(
          operation,
          await callers.member(credentials),
        );
        const result = await runner.run(operation, input, {
          caller,
          signal: stopping,
        });
        return { output: { result: result ?? {} } };
      },
    });
  }
}
