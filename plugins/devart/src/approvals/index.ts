export { ApprovalInbox } from './ApprovalInbox';
export { ApprovalTable } from './ApprovalTable';
export { ApprovalView } from './ApprovalView';
export { PendingApprovals } from './PendingApprovals';
export { useApprovalInbox, useApprovalPages } from './useApprovalPages';
