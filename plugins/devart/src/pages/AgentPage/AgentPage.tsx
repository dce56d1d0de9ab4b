import Typography from '@material-ui/core/Typography';
import { AgentView } from '../../agents';
import { useDevartApi } from '../../api';
import { Loaded, Rows } from '../../components';
import { HaltNotice } from '../../halt';
import { useLive } from '../../live';
import { Link, useLinks, useNavigate, useParams } from '../../navigation';
import { PageHead } from '../shared';

/** Everything about one agent. */
export function AgentPage() {
  const { agentId = '' } = useParams();
  // An agent of its own, so that nothing of the one before shows through.
  return <AgentPageOf key={agentId} agentId={agentId} />;
}

function AgentPageOf({ agentId }: { agentId: string }) {
  const api = useDevartApi();
  const links = useLinks();
  const navigate = useNavigate();
  const live = useLive(
    {
      topics: ['agent', 'organization'],
      load: signal => api.agents.get({ id: agentId }, { signal }),
    },
    [api, agentId],
  );
  return (
    <>
      <Typography variant="body2">
        <Link to={links.agents()}>Agents</Link>
      </Typography>
      <HaltNotice />
      <Loaded live={live} skeleton={<Rows count={8} />}>
        {agent => (
          <>
            <PageHead title={agent.name} />
            <AgentView
              agent={agent}
              reload={live.reload}
              onDeleted={() => navigate(links.agents())}
            />
          </>
        )}
      </Loaded>
    </>
  );
}
