/** Tasks, for policies that decide over each. @public */
export const RESOURCE_TYPE_TASK = 'devart-task';
/** Runs of workflows, for policies that decide over each. @public */
export const RESOURCE_TYPE_RUN = 'devart-run';
/** Requests for approval, for policies that decide over each. @public */
export const RESOURCE_TYPE_APPROVAL = 'devart-approval';

/** What a policy may decide over one by one. @public */
export type ResourceType =
  | typeof RESOURCE_TYPE_TASK
  | typeof RESOURCE_TYPE_RUN
  | typeof RESOURCE_TYPE_APPROVAL;
