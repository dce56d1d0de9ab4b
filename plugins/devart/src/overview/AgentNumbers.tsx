import { AgentStatusLabel } from '../components';
import { useLinks } from '../navigation';
import { Tiles } from './Tiles';
import type { Overview } from './useOverview';

const STATUSES = ['idle', 'busy', 'offline', 'pending', 'inactive'] as const;

/** How many agents are doing what. */
export function AgentNumbers({ agents }: { agents: Overview['agents'] }) {
  const links = useLinks();
  return (
    <Tiles
      label="Agents by status"
      tiles={STATUSES.map(status => ({
        key: status,
        label: <AgentStatusLabel status={status} />,
        count: agents[status],
        to: links.agents({ status }),
      }))}
    />
  );
}
