export { PublishWorkflowDialog } from './PublishWorkflowDialog';
