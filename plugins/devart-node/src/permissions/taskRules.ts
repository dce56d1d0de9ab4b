import {
  createConditionExports,
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import { RESOURCE_TYPE_TASK } from '@devart/plugin-devart-common';
import { z } from 'zod';
import { createOwnedRules } from './createOwnedRules';
import type { ObjectQuery, OwnedObject } from './ObjectQuery';

/**
 * What rules know of a task.
 * @public
 */
export interface TaskObject extends OwnedObject {
  /** The agent that works on it, or did so last. */
  agent?: { id: string; name: string };
}

/**
 * Tasks, for rules over them.
 * @public
 */
export const taskResourceRef = createPermissionResourceRef<
  TaskObject,
  ObjectQuery
>().with({ pluginId: 'devart', resourceType: RESOURCE_TYPE_TASK });

const agentsSchema = z.object({
  agents: z.array(z.string()).describe('Names or ids of agents'),
});

const isAssignee = createPermissionRule<
  TaskObject,
  ObjectQuery,
  typeof RESOURCE_TYPE_TASK,
  z.output<typeof agentsSchema>
>({
  name: 'IS_ASSIGNEE',
  description: 'Allow tasks on which one of these agents works or worked last',
  resourceType: RESOURCE_TYPE_TASK,
  paramsSchema: agentsSchema,
  apply: ({ agent }, { agents }) =>
    agent !== undefined &&
    (agents.includes(agent.id) || agents.includes(agent.name)),
  toQuery: ({ agents }) => ({ key: 'assignee', among: agents }),
});

/**
 * The rules by which a policy may decide over each task.
 * @public
 */
export const taskRules = {
  ...createOwnedRules(taskResourceRef, { creator: 'created' }),
  isAssignee,
};

const { conditions, createConditionalDecision } = createConditionExports({
  resourceRef: taskResourceRef,
  rules: taskRules,
});

/**
 * Conditions on tasks, for policies.
 * @public
 */
export const taskConditions = conditions;

/**
 * A decision of a policy that depends on the task.
 * @public
 */
export const createTaskConditionalDecision = createConditionalDecision;
