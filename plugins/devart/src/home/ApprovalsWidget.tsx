import { ApprovalInbox, useApprovalInbox } from '../approvals';
import { DevartProvider } from '../shell/DevartProvider';

/** The approvals that wait for whoever is signed in. */
export function ApprovalsWidget() {
  const inbox = useApprovalInbox({ pageSize: 5 });
  return (
    <DevartProvider>
      <ApprovalInbox pages={inbox} />
    </DevartProvider>
  );
}
