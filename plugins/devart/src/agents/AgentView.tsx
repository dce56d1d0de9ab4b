import {
  agentDeletePermission,
  agentUpdatePermission,
  type Agent,
} from '@devart/plugin-devart-common';
import FormControlLabel from '@material-ui/core/FormControlLabel';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { ActivityFeed } from '../activity';
import { ActionButton, AgentStatusLabel, Panel } from '../components';
import { ActivationSwitch } from './ActivationSwitch';
import { AgentFacts } from './AgentFacts';
import { AgentModels } from './AgentModels';
import { AgentPerformance } from './AgentPerformance';
import { AgentTasks } from './AgentTasks';
import { useAgentDialogs } from './useAgentDialogs';

const useStyles = makeStyles(theme => ({
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1, 2),
    marginBottom: theme.spacing(2),
  },
  space: { flexGrow: 1 },
  description: {
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    maxWidth: '90ch',
    marginBottom: theme.spacing(2),
  },
  grid: {
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'minmax(0, 3fr) minmax(260px, 2fr)',
    alignItems: 'start',
    [theme.breakpoints.down('sm')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  column: { display: 'grid', gap: theme.spacing(2), minWidth: 0 },
}));

/** An agent with all that belongs to it, and everything that can be done with it. */
export function AgentView(props: {
  agent: Agent;
  reload: () => Promise<void>;
  onDeleted: () => void;
}) {
  const classes = useStyles();
  const { agent, reload, onDeleted } = props;
  const dialogs = useAgentDialogs({ onChanged: reload, onDeleted });
  return (
    <>
      <div className={classes.head}>
        <AgentStatusLabel status={agent.status} />
        {agent.statusReason && (
          <Typography variant="body2">{agent.statusReason}</Typography>
        )}
        <FormControlLabel
          control={
            <ActivationSwitch
              agent={agent}
              onActivate={() => dialogs.activate(agent)}
              onDeactivate={() => dialogs.open('deactivate', agent)}
            />
          }
          label="May work"
        />
        <span className={classes.space} />
        <ActionButton
          permission={agentUpdatePermission}
          disabledReason={
            agent.managedBy === 'catalog'
              ? 'Its description is kept in the catalog; change it in its file.'
              : undefined
          }
          onClick={() => dialogs.open('edit', agent)}
        >
          Edit
        </ActionButton>
        <ActionButton
          permission={agentUpdatePermission}
          onClick={() => dialogs.open('rotate', agent)}
        >
          Rotate key
        </ActionButton>
        <ActionButton
          permission={agentUpdatePermission}
          disabledReason={
            agent.activation === 'active'
              ? undefined
              : 'It may not work anyway.'
          }
          onClick={() => dialogs.open('kill', agent)}
        >
          Stop at once
        </ActionButton>
        <ActionButton
          permission={agentDeletePermission}
          onClick={() => dialogs.open('delete', agent)}
        >
          Remove
        </ActionButton>
      </div>
      {agent.description && (
        <Typography className={classes.description}>
          {agent.description}
        </Typography>
      )}
      <div className={classes.grid}>
        <div className={classes.column}>
          <AgentPerformance agentId={agent.id} />
          <AgentTasks agentId={agent.id} />
        </div>
        <div className={classes.column}>
          <AgentFacts agent={agent} />
          <AgentModels agent={agent} />
          <Panel title="Activity">
            <ActivityFeed subjectId={agent.id} pageSize={10} />
          </Panel>
        </div>
      </div>
      {dialogs.dialog}
    </>
  );
}
