import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  type Entity,
} from '@backstage/catalog-model';
import {
  ANNOTATION_WORKFLOW_ID,
  type Workflow,
} from '@devart/plugin-devart-common';
import { parse } from 'yaml';

/** Where entities say they come from that this module made of workflows. */
export const WORKFLOWS_LOCATION = 'devart:workflows';

/** The entity of a workflow: its current version as it was published. */
export function toWorkflowEntity(
  workflow: Workflow,
  options: { defaultOwner: string },
): Entity {
  const published = parse(workflow.latest.source) as Entity;
  return {
    ...published,
    metadata: {
      ...published.metadata,
      annotations: {
        ...published.metadata.annotations,
        [ANNOTATION_LOCATION]: WORKFLOWS_LOCATION,
        [ANNOTATION_ORIGIN_LOCATION]: WORKFLOWS_LOCATION,
        [ANNOTATION_WORKFLOW_ID]: workflow.id,
      },
    },
    spec: {
      ...published.spec,
      owner: published.spec?.owner ?? options.defaultOwner,
    },
  };
}
