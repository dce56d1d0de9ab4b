import Skeleton from '@material-ui/lab/Skeleton';
import Typography from '@material-ui/core/Typography';
import { ApprovalView } from '../../approvals';
import { useDevartApi } from '../../api';
import { Loaded, Rows } from '../../components';
import { useLive } from '../../live';
import { Link, useLinks, useParams } from '../../navigation';
import { PageHead } from '../shared';

/** One request for approval. */
export function ApprovalPage() {
  const { approvalId = '' } = useParams();
  // A request of its own, so that nothing of the one before shows through.
  return <ApprovalPageOf key={approvalId} approvalId={approvalId} />;
}

function ApprovalPageOf({ approvalId }: { approvalId: string }) {
  const api = useDevartApi();
  const links = useLinks();
  const live = useLive(
    {
      topics: ['approval'],
      id: approvalId,
      load: signal => api.approvals.get({ id: approvalId }, { signal }),
    },
    [api, approvalId],
  );
  return (
    <>
      <Typography variant="body2">
        <Link to={links.approvals()}>Approvals</Link>
      </Typography>
      <Loaded
        live={live}
        skeleton={
          <>
            <Skeleton height={48} width="60%" />
            <Skeleton variant="rect" height={240} />
            <Rows count={3} />
          </>
        }
      >
        {approval => (
          <>
            <PageHead title={approval.title} />
            <ApprovalView approval={approval} reload={live.reload} />
          </>
        )}
      </Loaded>
    </>
  );
}
