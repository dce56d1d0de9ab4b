import { useApprovalInbox } from '../approvals';
import { NeedsAttention } from '../overview';
import { OverviewPart } from './OverviewPart';

/** What does not go on without a person. */
export function NeedsYouWidget() {
  const inbox = useApprovalInbox();
  return (
    <OverviewPart>
      {({ needsAttention }) => (
        <NeedsAttention needsAttention={needsAttention} inbox={inbox} />
      )}
    </OverviewPart>
  );
}
