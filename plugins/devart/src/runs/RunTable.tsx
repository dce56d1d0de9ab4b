import type { RunSummary } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import {
  ActorLabel,
  DataTable,
  EntityLink,
  Money,
  RelativeTime,
  RunStatusLabel,
  type Column,
} from '../components';
import { RUN_TRIGGER_WORDS, timeTaken } from '../format';
import { Link, useLinks } from '../navigation';

const useStyles = makeStyles(theme => ({
  // The theme's grey is too faint on striped rows.
  version: { ...theme.typography.caption, whiteSpace: 'nowrap' },
  quiet: {
    ...theme.typography.caption,
    overflowWrap: 'anywhere',
  },
}));

function progressOf({ steps }: RunSummary): string {
  const ended = `${steps.total - steps.open} of ${steps.total}`;
  return steps.failed > 0 ? `${ended}, ${steps.failed} failed` : ended;
}

/** Runs as rows. */
export function RunTable(props: {
  label: string;
  runs: readonly RunSummary[];
  /** They are all of one workflow, or about one entity, which is named elsewhere. */
  without?: 'workflow' | 'entity';
}) {
  const classes = useStyles();
  const links = useLinks();
  const { label, runs, without } = props;
  const columns: Column<RunSummary>[] = [
    {
      header: 'Run',
      render: run => (
        <>
          <Link to={links.run(run.id)}>
            {without === 'workflow' ? '' : `${run.workflow.title} `}#
            {run.number}
          </Link>
          <div className={classes.version}>{run.workflow.version}</div>
        </>
      ),
    },
    {
      header: 'Status',
      render: run => (
        <>
          <RunStatusLabel status={run.status} waitingFor={run.waitingFor} />
          {run.waitingFor && (
            <div className={classes.quiet}>{run.waitingFor}</div>
          )}
          {run.error && run.status !== 'succeeded' && (
            <div className={classes.quiet}>{run.error}</div>
          )}
        </>
      ),
    },
    { header: 'Steps', hideBelow: 'Sm', render: progressOf },
    {
      header: 'Started by',
      hideBelow: 'Md',
      render: run => (
        <>
          <ActorLabel actor={run.startedBy} />
          {run.trigger !== 'manual' && (
            <div className={classes.quiet}>
              {RUN_TRIGGER_WORDS[run.trigger]}
            </div>
          )}
        </>
      ),
    },
    {
      header: 'About',
      hideBelow: 'Lg',
      render: run =>
        run.entityRef ? <EntityLink entityRef={run.entityRef} /> : '–',
    },
    {
      header: 'Cost',
      hideBelow: 'Md',
      align: 'right',
      render: run => <Money micros={run.costMicros} />,
    },
    {
      header: 'Started',
      hideBelow: 'Sm',
      render: run => (
        <>
          <RelativeTime at={run.startedAt} />
          {run.finishedAt && (
            <div className={classes.quiet}>took {timeTaken(run)}</div>
          )}
        </>
      ),
    },
  ];
  return (
    <DataTable
      label={label}
      columns={columns.filter(({ header }) => !(without && header === 'About'))}
      rows={runs}
      rowKey={run => run.id}
    />
  );
}
