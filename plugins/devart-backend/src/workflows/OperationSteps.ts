import type { PermissionsService } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import { minimumRoleOf } from '@devart/plugin-devart-common';
import type { MemberCaller } from '../access/Caller';
import { isPermitted } from '../access/isPermitted';
import type { WorkflowProgram } from './definition/WorkflowProgram';
import { operationOfStep } from './operationOfStep';

/** What the steps of a workflow would do in somebody's name. */
export class OperationSteps {
  readonly #permissions: PermissionsService;

  constructor(options: { permissions: PermissionsService }) {
    this.#permissions = options.permissions;
  }

  /**
   * Asks the permission framework, with the caller's own credentials, about
   * every operation that a run would do in their name.
   *
   * @throws NotAllowedError naming the step and the role that it needs.
   */
  async requirePermitted(
    caller: MemberCaller,
    program: WorkflowProgram,
  ): Promise<void> {
    const asked = new Map<string, boolean>();
    for (const { id: step, step: written } of program.steps) {
      for (const action of [written.operation, written.compensate?.operation]) {
        const permission = action && operationOfStep(action.id)?.callers.people;
        if (!action || !permission) {
          continue;
        }
        const known = asked.get(permission.name);
        const permitted =
          known ?? (await isPermitted(this.#permissions, caller, permission));
        asked.set(permission.name, permitted);
        if (!permitted) {
          throw new NotAllowedError(
            `Step ${step} does ${action.id} in your name, which needs the role ${minimumRoleOf(permission)}; yours is ${caller.role}`,
          );
        }
      }
    }
  }
}
