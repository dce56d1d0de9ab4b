import {
  RUN_STATUSES,
  type WorkflowSummary,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import {
  DataTable,
  EntityLink,
  RelativeTime,
  RunStatusLabel,
  type Column,
} from '../components';
import { Link, useLinks } from '../navigation';
import { RunWorkflowButton } from './RunWorkflowButton';

const useStyles = makeStyles(theme => ({
  // The theme's grey is too faint on striped rows.
  quiet: { ...theme.typography.caption, overflowWrap: 'anywhere' },
  last: { '& a': { textDecoration: 'underline' } },
}));

/** The last run of a workflow, with a link to it. */
function LastRun({ run }: { run: NonNullable<WorkflowSummary['lastRun']> }) {
  const classes = useStyles();
  const links = useLinks();
  const status = RUN_STATUSES.find(each => each === run.status);
  return (
    <>
      {status ? <RunStatusLabel status={status} /> : run.status}
      <div className={classes.last}>
        <Link to={links.run(run.id)}>#{run.number}</Link>,{' '}
        <RelativeTime at={run.at} />
      </div>
    </>
  );
}

/** Workflows as rows. */
export function WorkflowTable(props: {
  workflows: readonly WorkflowSummary[];
}) {
  const classes = useStyles();
  const links = useLinks();
  const columns: Column<WorkflowSummary>[] = [
    {
      header: 'Workflow',
      render: workflow => (
        <>
          <Link to={links.workflow(workflow.id)}>{workflow.title}</Link>
          <div className={classes.quiet}>{workflow.description}</div>
        </>
      ),
    },
    {
      header: 'Last run',
      render: ({ lastRun }) => (lastRun ? <LastRun run={lastRun} /> : 'never'),
    },
    {
      header: 'Running',
      hideBelow: 'Sm',
      render: ({ id, running }) =>
        running > 0 ? (
          <Link to={links.runs({ workflowId: id, status: 'running' })}>
            {running}
          </Link>
        ) : (
          '0'
        ),
    },
    {
      header: 'Version',
      hideBelow: 'Sm',
      render: workflow => workflow.version,
    },
    {
      header: 'Owner',
      hideBelow: 'Md',
      render: ({ owner }) => (owner ? <EntityLink entityRef={owner} /> : '–'),
    },
    {
      header: 'Actions',
      hideBelow: 'Sm',
      render: workflow => <RunWorkflowButton workflow={workflow} isInRow />,
    },
  ];
  return (
    <DataTable
      label="Workflows"
      columns={columns}
      rows={props.workflows}
      rowKey={({ id }) => id}
    />
  );
}
