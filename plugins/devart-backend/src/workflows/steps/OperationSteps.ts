import type { PermissionsService } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  type Permission,
} from '@backstage/plugin-permission-common';
import { minimumRoleOf } from '@devart/plugin-devart-common';
import type { MemberCaller } from '../../access/Caller';
import { decide } from '../../access/decide';
import type { WorkflowProgram } from '../definition/WorkflowProgram';
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
   * A run keeps no conditions: what the policy gives for some objects only is
   * not done in anybody's name.
   *
   * @throws NotAllowedError naming the step and what it needs.
   */
  async requirePermitted(
    caller: MemberCaller,
    program: WorkflowProgram,
  ): Promise<void> {
    const asked = new Map<string, AuthorizeResult>();
    for (const { id: step, step: written } of program.steps) {
      for (const action of [written.operation, written.compensate?.operation]) {
        const permission = action && operationOfStep(action.id)?.callers.people;
        if (!action || !permission) {
          continue;
        }
        const result =
          asked.get(permission.name) ??
          (await decide(this.#permissions, caller, permission)).result;
        asked.set(permission.name, result);
        if (result !== AuthorizeResult.ALLOW) {
          throw new NotAllowedError(
            `Step ${step} does ${action.id} in your name, ${whyNot(result, permission, caller)}`,
          );
        }
      }
    }
  }
}

function whyNot(
  result: AuthorizeResult,
  permission: Permission,
  { role }: MemberCaller,
): string {
  return result === AuthorizeResult.CONDITIONAL
    ? `and the policy of this portal gives you ${permission.name} on conditions, which a run does not know`
    : `which needs the role ${minimumRoleOf(permission)}; yours is ${role}`;
}
