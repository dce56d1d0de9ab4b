export { PublishWorkflowDialog } from './publish';
export { RunWorkflowButton } from './RunWorkflowButton';
export { RunWorkflowDialog } from './RunWorkflowDialog';
export { useWorkflowDirectory } from './useWorkflowDirectory';
export { WorkflowTable } from './WorkflowTable';
export { WorkflowView } from './WorkflowView';
