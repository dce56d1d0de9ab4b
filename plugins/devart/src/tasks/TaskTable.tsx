import type { TaskSummary } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import {
  ActionMenu,
  DataTable,
  Money,
  PriorityLabel,
  RelativeTime,
  TaskStatusLabel,
  type Column,
  type MenuAction,
} from '../components';
import { Link, useLinks } from '../navigation';
import { TaskMarkers } from './TaskMarkers';

const useStyles = makeStyles(theme => ({
  title: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5, 1),
    minWidth: 120,
  },
}));

/** Tasks as rows. */
export function TaskTable(props: {
  label: string;
  tasks: readonly TaskSummary[];
  /** What can be done with each; without it there is no menu. */
  actionsOf?: (task: TaskSummary) => MenuAction[];
  /** They are all of one agent, which is named elsewhere. */
  isOfOneAgent?: boolean;
}) {
  const classes = useStyles();
  const links = useLinks();
  const { label, tasks, actionsOf, isOfOneAgent } = props;
  const columns: Column<TaskSummary>[] = [
    {
      header: 'Task',
      render: task => (
        <span className={classes.title}>
          <Link to={links.task(task.id)}>{task.title}</Link>
          <TaskMarkers task={task} />
        </span>
      ),
    },
    {
      header: 'Status',
      render: task => (
        <TaskStatusLabel
          status={task.status}
          waitingReason={task.waitingReason}
        />
      ),
    },
    {
      header: 'Priority',
      hideBelow: 'Sm',
      render: task => <PriorityLabel priority={task.priority} />,
    },
    {
      header: 'Agent',
      hideBelow: 'Md',
      render: task =>
        task.agent ? (
          <Link to={links.agent(task.agent.id)}>{task.agent.name}</Link>
        ) : (
          '–'
        ),
    },
    {
      header: 'Cost',
      align: 'right',
      hideBelow: 'Lg',
      render: task => <Money micros={task.costMicros} />,
    },
    {
      header: 'Changed',
      hideBelow: 'Md',
      render: task => <RelativeTime at={task.updatedAt} />,
    },
  ];
  if (actionsOf) {
    columns.push({
      header: 'Actions',
      render: task => (
        <ActionMenu
          label={`Actions for ${task.title}`}
          actions={actionsOf(task)}
        />
      ),
    });
  }
  return (
    <DataTable
      label={label}
      columns={columns.filter(
        ({ header }) => !(isOfOneAgent && header === 'Agent'),
      )}
      rows={tasks}
      rowKey={task => task.id}
    />
  );
}
