import type { Entity } from '@backstage/catalog-model';
import type { FilterPredicate } from '@backstage/filter-predicates';
import {
  AGENT_KIND,
  AGENT_TYPE,
  WORKFLOW_KIND,
} from '@devart/plugin-devart-common';

/** The older way to describe an agent: a component of this type. */
const OLDER_KIND = 'component';
const OLDER_TYPE = 'ai-agent';

/** Whether an entity describes an agent, for entity pages of the old frontend system. @public */
export function isDevartAgent(entity: Entity): boolean {
  const kind = entity.kind.toLocaleLowerCase('en-US');
  const type = entity.spec?.type;
  return (
    (kind === AGENT_KIND.toLocaleLowerCase('en-US') && type === AGENT_TYPE) ||
    (kind === OLDER_KIND && type === OLDER_TYPE)
  );
}

/** The same as {@link isDevartAgent}, as the new frontend system asks for it. */
export const AGENT_FILTER: FilterPredicate = {
  $any: [
    { kind: AGENT_KIND.toLocaleLowerCase('en-US'), 'spec.type': AGENT_TYPE },
    { kind: OLDER_KIND, 'spec.type': OLDER_TYPE },
  ],
};

/** Entities about which there can be tasks. */
export const TASKS_FILTER: FilterPredicate = {
  $all: [{ kind: 'component' }, { $not: { 'spec.type': OLDER_TYPE } }],
};

/** Entities about which, or by which, money can be spent. */
export const COST_FILTER: FilterPredicate = {
  $any: [TASKS_FILTER, AGENT_FILTER],
};

const WORKFLOW_KIND_NAME = WORKFLOW_KIND.toLocaleLowerCase('en-US');

/** Whether an entity describes a workflow, for entity pages of the old frontend system. @public */
export function isDevartWorkflow(entity: Entity): boolean {
  return entity.kind.toLocaleLowerCase('en-US') === WORKFLOW_KIND_NAME;
}

/** The same as {@link isDevartWorkflow}, as the new frontend system asks for it. */
export const WORKFLOW_FILTER: FilterPredicate = { kind: WORKFLOW_KIND_NAME };
