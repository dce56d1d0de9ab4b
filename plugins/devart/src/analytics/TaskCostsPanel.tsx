import {
  TASK_COST_GROUPS,
  type OperationInput,
  type operations,
  type TaskCost,
  type TaskCostGroup,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useDevartApi } from '../api';
import {
  ChoiceInput,
  DataTable,
  EmptyState,
  Money,
  PagedList,
  Panel,
  TaskStatusLabel,
  type Column,
} from '../components';
import { COST_FLAG_WORDS } from '../format';
import { useLivePages } from '../live';
import { Link, useLinks } from '../navigation';
import type { PeriodState } from './usePeriod';

const WORDS: Record<TaskCostGroup, string> = {
  task: 'One by one',
  type: 'By type',
  agent: 'By agent',
};
const CHOICES = TASK_COST_GROUPS.map(value => ({ value, label: WORDS[value] }));

const useStyles = makeStyles(theme => ({
  by: { width: 150 },
  quiet: { ...theme.typography.caption },
}));

/** What tasks cost, the costliest first. */
export function TaskCostsPanel(props: {
  title?: string;
  period: PeriodState;
  of?: Pick<
    OperationInput<typeof operations.analytics.taskCosts>,
    'agentId' | 'entityRef'
  >;
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const links = useLinks();
  const { title = 'Cost of tasks', period, of } = props;
  const [groupBy, setGroupBy] = useState<TaskCostGroup>('task');
  const pages = useLivePages<TaskCost>(
    {
      topics: ['budget', 'task'],
      pageSize: 10,
      minimumIntervalMs: 5000,
      loadPage: (page, signal) =>
        api.analytics.taskCosts(
          { ...of, groupBy, from: period.from(), ...page },
          { signal },
        ),
    },
    [api, JSON.stringify(of), groupBy, period.period, period.timeZone],
  );

  const ofTasks: Column<TaskCost>[] = [
    {
      header: 'Task',
      render: ({ name, task }) =>
        task ? (
          <>
            <Link to={links.task(task.id)}>{name}</Link>
            <div className={classes.quiet}>
              {[task.type, task.model].filter(Boolean).join(' · ')}
            </div>
          </>
        ) : (
          name
        ),
    },
    {
      header: 'Status',
      hideBelow: 'Md',
      render: ({ task }) =>
        task?.status ? <TaskStatusLabel status={task.status} /> : '–',
    },
    {
      header: 'Expected',
      align: 'right',
      hideBelow: 'Sm',
      render: ({ task }) =>
        task?.expectedMicros === undefined ? (
          '–'
        ) : (
          <Money micros={task.expectedMicros} />
        ),
    },
    {
      header: 'Cost',
      align: 'right',
      render: ({ costMicros, task }) => (
        <>
          <Money micros={costMicros} />
          {task?.flag && (
            <div className={classes.quiet}>
              costly: {COST_FLAG_WORDS[task.flag].toLowerCase()}
            </div>
          )}
        </>
      ),
    },
  ];
  const ofGroups: Column<TaskCost>[] = [
    {
      header: groupBy === 'type' ? 'Type' : 'Agent',
      render: ({ key, name }) =>
        groupBy === 'agent' && key ? (
          <Link to={links.agent(key)}>{name}</Link>
        ) : (
          name
        ),
    },
    {
      header: 'Tasks',
      align: 'right',
      render: ({ tasks }) => tasks.toLocaleString(),
    },
    {
      header: 'Median',
      align: 'right',
      hideBelow: 'Sm',
      render: ({ medianMicros }) => <Money micros={medianMicros} />,
    },
    {
      header: '95 % below',
      align: 'right',
      hideBelow: 'Md',
      render: ({ p95Micros }) => <Money micros={p95Micros} />,
    },
    {
      header: 'Cost',
      align: 'right',
      render: ({ costMicros }) => <Money micros={costMicros} />,
    },
  ];

  return (
    <Panel
      title={title}
      actions={
        <div className={classes.by}>
          <ChoiceInput
            label="Show"
            value={groupBy}
            choices={CHOICES}
            onChange={setGroupBy}
          />
        </div>
      }
    >
      <PagedList
        pages={pages}
        empty={
          <EmptyState
            title={`No task of the last ${period.period} days has cost anything`}
            text="Tasks that use models or other paid services appear here, the costliest first."
          />
        }
      >
        {items => (
          <DataTable
            label={title}
            columns={groupBy === 'task' ? ofTasks : ofGroups}
            rows={items}
            rowKey={({ key, name }) => key ?? name}
          />
        )}
      </PagedList>
    </Panel>
  );
}
