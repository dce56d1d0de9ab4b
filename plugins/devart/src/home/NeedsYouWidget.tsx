import { NeedsAttention } from '../overview';
import { OverviewPart } from './OverviewPart';

/** What does not go on without a person. */
export function NeedsYouWidget() {
  return (
    <OverviewPart>
      {({ needsAttention }) => (
        <NeedsAttention needsAttention={needsAttention} />
      )}
    </OverviewPart>
  );
}
