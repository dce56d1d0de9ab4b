import { AgentNumbers, QueueNumbers } from '../overview';
import { OverviewPart } from './OverviewPart';

/** The queue and the agents in numbers. */
export function WorkWidget() {
  return (
    <OverviewPart>
      {({ queue, agents }) => (
        <>
          <QueueNumbers queue={queue} />
          <br />
          <AgentNumbers agents={agents} />
        </>
      )}
    </OverviewPart>
  );
}
