import {
  createConditionExports,
  createPermissionResourceRef,
} from '@backstage/plugin-permission-node';
import { RESOURCE_TYPE_RUN } from '@devart/plugin-devart-common';
import { createOwnedRules } from './createOwnedRules';
import type { ObjectQuery, OwnedObject } from './ObjectQuery';

/**
 * Runs of workflows, for rules over them.
 * @public
 */
export const runResourceRef = createPermissionResourceRef<
  OwnedObject,
  ObjectQuery
>().with({ pluginId: 'devart', resourceType: RESOURCE_TYPE_RUN });

/**
 * The rules by which a policy may decide over each run of a workflow.
 * @public
 */
export const runRules = createOwnedRules(runResourceRef, {
  creator: 'started',
});

const { conditions, createConditionalDecision } = createConditionExports({
  resourceRef: runResourceRef,
  rules: runRules,
});

/**
 * Conditions on runs of workflows, for policies.
 * @public
 */
export const runConditions = conditions;

/**
 * A decision of a policy that depends on the run.
 * @public
 */
export const createRunConditionalDecision = createConditionalDecision;
