import { AgentStatusLabel } from '../components';
import { useLinks } from '../navigation';
import { Tiles } from './Tiles';
import type { Overview } from './useOverview';

/** How many agents are doing what. */
export function AgentNumbers({ agents }: { agents: Overview['agents'] }) {
  const links = useLinks();
  const { idle, busy, offline, pending, inactive, stopped } = agents;
  const counts = { idle, busy, offline, pending, inactive, halted: stopped };
  return (
    <Tiles
      label="Agents by status"
      tiles={(Object.keys(counts) as (keyof typeof counts)[]).map(status => ({
        key: status,
        label: <AgentStatusLabel status={status} />,
        count: counts[status],
        to: links.agents({ status }),
      }))}
    />
  );
}
