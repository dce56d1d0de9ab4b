import type { AgentEfficiency } from '@devart/plugin-devart-common';
import { DataTable, Money } from '../components';
import { duration, percentWords } from '../format';
import { Link, useLinks } from '../navigation';

/** How agents did, those with most attempts first. */
export function AgentEfficiencyTable(props: {
  agents: readonly AgentEfficiency[];
}) {
  const links = useLinks();
  return (
    <DataTable
      label="Efficiency of agents"
      columns={[
        {
          header: 'Agent',
          render: ({ agent }) => (
            <Link to={links.agent(agent.id)}>{agent.name}</Link>
          ),
        },
        {
          header: 'Attempts',
          align: 'right',
          hideBelow: 'Sm',
          render: ({ attempts }) => attempts.toLocaleString(),
        },
        {
          header: 'Succeeded',
          align: 'right',
          render: ({ successRate }) =>
            successRate === undefined ? '–' : percentWords(successRate),
        },
        {
          header: 'Median time',
          align: 'right',
          hideBelow: 'Md',
          render: ({ running }) => (running ? duration(running.p50) : '–'),
        },
        {
          header: 'At work',
          align: 'right',
          hideBelow: 'Md',
          render: ({ busySeconds }) => duration(busySeconds),
        },
        {
          header: 'Spent',
          align: 'right',
          render: ({ costMicros }) => <Money micros={costMicros} />,
        },
        {
          header: 'For each success',
          align: 'right',
          render: ({ costPerSuccessMicros }) =>
            costPerSuccessMicros === undefined ? (
              '–'
            ) : (
              <Money micros={costPerSuccessMicros} />
            ),
        },
      ]}
      rows={props.agents}
      rowKey={({ agent }) => agent.id}
    />
  );
}
