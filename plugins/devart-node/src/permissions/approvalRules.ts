import {
  createConditionExports,
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import {
  EFFECT_CLASSES,
  RESOURCE_TYPE_APPROVAL,
  type EffectClass,
} from '@devart/plugin-devart-common';
import { z } from 'zod';
import {
  claimsSchema,
  createOwnedRules,
  inLowerCase,
} from './createOwnedRules';
import type { ObjectQuery, OwnedObject } from './ObjectQuery';

/**
 * What rules know of a request for approval.
 * @public
 */
export interface ApprovalObject extends OwnedObject {
  /** Users and groups who were asked, and those to whom they delegated it, in lower case. */
  assignees: readonly string[];
  effectClass: EffectClass;
}

/**
 * Requests for approval, for rules over them.
 * @public
 */
export const approvalResourceRef = createPermissionResourceRef<
  ApprovalObject,
  ObjectQuery
>().with({ pluginId: 'devart', resourceType: RESOURCE_TYPE_APPROVAL });

const isAssignee = createPermissionRule<
  ApprovalObject,
  ObjectQuery,
  typeof RESOURCE_TYPE_APPROVAL,
  z.output<typeof claimsSchema>
>({
  name: 'IS_ASSIGNEE',
  description:
    'Allow approvals for which one of the claims was asked by name, or to whom one was delegated',
  resourceType: RESOURCE_TYPE_APPROVAL,
  paramsSchema: claimsSchema,
  apply: ({ assignees }, { claims }) =>
    inLowerCase(claims).some(claim => assignees.includes(claim)),
  toQuery: ({ claims }) => ({ key: 'assignee', among: inLowerCase(claims) }),
});

const riskSchema = z.object({
  effectClass: z
    .enum(EFFECT_CLASSES)
    .describe('The most that may happen to the world'),
});

/** The classes of effects up to one. */
function upTo(most: EffectClass): readonly EffectClass[] {
  return EFFECT_CLASSES.slice(0, EFFECT_CLASSES.indexOf(most) + 1);
}

const hasRiskAtMost = createPermissionRule<
  ApprovalObject,
  ObjectQuery,
  typeof RESOURCE_TYPE_APPROVAL,
  z.output<typeof riskSchema>
>({
  name: 'HAS_RISK_AT_MOST',
  description:
    'Allow approvals of what does no more to the world than this: none, idempotent, external, destructive',
  resourceType: RESOURCE_TYPE_APPROVAL,
  paramsSchema: riskSchema,
  apply: (approval, { effectClass }) =>
    upTo(effectClass).includes(approval.effectClass),
  toQuery: ({ effectClass }) => ({ key: 'risk', among: upTo(effectClass) }),
});

/**
 * The rules by which a policy may decide over each request for approval.
 * @public
 */
export const approvalRules = {
  ...createOwnedRules(approvalResourceRef, { creator: 'asked for' }),
  isAssignee,
  hasRiskAtMost,
};

const { conditions, createConditionalDecision } = createConditionExports({
  resourceRef: approvalResourceRef,
  rules: approvalRules,
});

/**
 * Conditions on requests for approval, for policies.
 * @public
 */
export const approvalConditions = conditions;

/**
 * A decision of a policy that depends on the approval.
 * @public
 */
export const createApprovalConditionalDecision = createConditionalDecision;
