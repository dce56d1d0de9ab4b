import {
  ANNOTATION_WORKFLOW_ID,
  type DevartClient,
  type Workflow,
} from '@devart/plugin-devart-common';
import { listWorkflows } from './listWorkflows';
import type { RecordSource } from './RecordEntityProvider';
import { toWorkflowEntity } from './toWorkflowEntity';

/** The workflows of the control plane. */
export function workflowSource(options: {
  client: DevartClient;
  /** Owner of workflows that have none. */
  defaultOwner: string;
}): RecordSource<Workflow> {
  const { client } = options;
  return {
    name: 'devart-workflows',
    title: 'Workflow',
    topic: 'devart.workflow',
    describingEvents: new Set([
      'workflow.deleted',
      'workflow.published',
      'workflow.undescribed',
      'workflow.updated',
    ]),
    annotation: ANNOTATION_WORKFLOW_ID,
    list: async signal => {
      const summaries = await listWorkflows(client, {
        managedBy: 'api',
        signal,
      });
      const workflows: Workflow[] = [];
      for (const { id } of summaries) {
        workflows.push(await client.workflows.get({ id }, { signal }));
      }
      return workflows;
    },
    get: id => client.workflows.get({ id }),
    toEntity: workflow => toWorkflowEntity(workflow, options),
  };
}
