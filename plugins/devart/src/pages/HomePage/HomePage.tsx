import { taskCreatePermission } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import AddIcon from '@material-ui/icons/Add';
import { ActivityFeed } from '../../activity';
import { ApprovalInbox, useApprovalInbox } from '../../approvals';
import {
  ActionButton,
  ErrorState,
  Panel,
  Rows,
  StaleNotice,
} from '../../components';
import { HaltNotice, KillSwitch } from '../../halt';
import { Link, useLinks, useNavigate } from '../../navigation';
import {
  AgentNumbers,
  BudgetsAttention,
  NeedsAttention,
  QueueNumbers,
  Throughput,
  useOverview,
} from '../../overview';
import { PageHead } from '../shared';

const useStyles = makeStyles(theme => ({
  grid: {
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'minmax(0, 3fr) minmax(280px, 2fr)',
    alignItems: 'start',
    [theme.breakpoints.down('sm')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  column: { display: 'grid', gap: theme.spacing(2), minWidth: 0 },
}));

/** Everything live on one page: work, agents, what needs a person, what happens. */
export function HomePage() {
  const classes = useStyles();
  const links = useLinks();
  const navigate = useNavigate();
  const live = useOverview();
  const inbox = useApprovalInbox({ pageSize: 10 });
  const overview = live.value;

  return (
    <>
      <PageHead
        title="Command centre"
        actions={
          <ActionButton
            permission={taskCreatePermission}
            variant="contained"
            color="primary"
            size="medium"
            startIcon={<AddIcon aria-hidden />}
            onClick={() => navigate(links.newTask())}
          >
            Create task
          </ActionButton>
        }
      />
      <HaltNotice />
      <StaleNotice live={live} />
      {!overview && live.error !== undefined ? (
        <ErrorState error={live.error} onRetry={live.reload} />
      ) : (
        <div className={classes.grid}>
          <div className={classes.column}>
            <Panel title="Needs you">
              {overview ? (
                <NeedsAttention
                  needsAttention={overview.needsAttention}
                  inbox={inbox}
                />
              ) : (
                <Rows count={1} height={96} />
              )}
            </Panel>
            <Panel
              title="Approvals waiting for you"
              actions={
                <Link to={links.approvals({ view: 'all' })}>All approvals</Link>
              }
            >
              <ApprovalInbox pages={inbox} />
            </Panel>
            <Panel title="Queue">
              {overview ? (
                <QueueNumbers queue={overview.queue} />
              ) : (
                <Rows count={3} height={64} />
              )}
            </Panel>
            <Panel title="Ended in the last 24 hours">
              {overview ? (
                <Throughput throughput={overview.throughput} />
              ) : (
                <Rows count={4} height={64} />
              )}
            </Panel>
          </div>
          <div className={classes.column}>
            <Panel title="Agents">
              {overview ? (
                <AgentNumbers agents={overview.agents} />
              ) : (
                <Rows count={2} height={64} />
              )}
            </Panel>
            <Panel title="Budgets that need attention">
              <BudgetsAttention />
            </Panel>
            <Panel title="Kill switch">
              <KillSwitch />
            </Panel>
            <Panel title="Activity">
              <ActivityFeed pageSize={12} />
            </Panel>
          </div>
        </div>
      )}
    </>
  );
}
