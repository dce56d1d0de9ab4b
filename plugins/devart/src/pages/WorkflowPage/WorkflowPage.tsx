import Skeleton from '@material-ui/lab/Skeleton';
import Typography from '@material-ui/core/Typography';
import { useDevartApi } from '../../api';
import { Loaded, Rows } from '../../components';
import { HaltNotice } from '../../halt';
import { useLive } from '../../live';
import { Link, useLinks, useNavigate, useParams } from '../../navigation';
import { WorkflowView } from '../../workflows';
import { PageHead } from '../shared';

/** Everything about one workflow. */
export function WorkflowPage() {
  const { workflowId = '' } = useParams();
  // A workflow of its own, so that nothing of the one before shows through.
  return <WorkflowPageOf key={workflowId} workflowId={workflowId} />;
}

function WorkflowPageOf({ workflowId }: { workflowId: string }) {
  const api = useDevartApi();
  const links = useLinks();
  const navigate = useNavigate();
  const live = useLive(
    {
      topics: ['workflow'],
      id: workflowId,
      load: signal => api.workflows.get({ id: workflowId }, { signal }),
    },
    [api, workflowId],
  );
  return (
    <>
      <HaltNotice />
      <Typography variant="body2">
        <Link to={links.workflows()}>Workflows</Link>
      </Typography>
      <Loaded
        live={live}
        skeleton={
          <>
            <Skeleton height={48} width="60%" />
            <Skeleton variant="rect" height={300} />
            <Rows count={4} />
          </>
        }
      >
        {workflow => (
          <>
            <PageHead title={workflow.title} />
            <WorkflowView
              workflow={workflow}
              reload={live.reload}
              onDeleted={() => navigate(links.workflows())}
            />
          </>
        )}
      </Loaded>
    </>
  );
}
