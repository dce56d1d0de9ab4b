import type { Agent } from '@devart/plugin-devart-common';
import { ActivationSwitch, type AgentDialogs } from '../../agents';
import {
  ActionMenu,
  AgentStatusLabel,
  CapabilityChips,
  DataTable,
  EntityLink,
  RelativeTime,
  type Column,
  type MenuAction,
} from '../../components';
import { Link, useLinks } from '../../navigation';

/** Agents as rows. */
export function AgentTable(props: {
  agents: readonly Agent[];
  dialogs: AgentDialogs;
  menuOf: (agent: Agent) => MenuAction[];
}) {
  const links = useLinks();
  const { agents, dialogs, menuOf } = props;
  const columns: Column<Agent>[] = [
    {
      header: 'Agent',
      render: agent => <Link to={links.agent(agent.id)}>{agent.name}</Link>,
    },
    {
      header: 'Status',
      render: agent => (
        <>
          <AgentStatusLabel status={agent.status} />
          {agent.statusReason && <div>{agent.statusReason}</div>}
        </>
      ),
    },
    {
      header: 'Can do',
      hideBelow: 'Sm',
      render: agent => (
        <CapabilityChips
          capabilities={agent.capabilities}
          none="only tasks without requirements"
        />
      ),
    },
    {
      header: 'Running',
      hideBelow: 'Sm',
      render: agent => `${agent.runningTasks} of ${agent.maxConcurrent}`,
    },
    {
      header: 'Last seen',
      hideBelow: 'Md',
      render: agent =>
        agent.lastSeenAt ? <RelativeTime at={agent.lastSeenAt} /> : 'never',
    },
    {
      header: 'Owner',
      hideBelow: 'Lg',
      render: agent =>
        agent.owner ? <EntityLink entityRef={agent.owner} /> : '–',
    },
    {
      header: 'May work',
      render: agent => (
        <ActivationSwitch
          agent={agent}
          onActivate={() => dialogs.activate(agent)}
          onDeactivate={() => dialogs.open('deactivate', agent)}
        />
      ),
    },
    {
      header: 'Actions',
      render: agent => (
        <ActionMenu
          label={`Actions for ${agent.name}`}
          actions={menuOf(agent)}
        />
      ),
    },
  ];
  return (
    <DataTable
      label="Agents"
      columns={columns}
      rows={agents}
      rowKey={agent => agent.id}
    />
  );
}
