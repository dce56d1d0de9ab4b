import Skeleton from '@material-ui/lab/Skeleton';
import { useDevartApi } from '../../api';
import { Loaded, Rows } from '../../components';
import { HaltNotice } from '../../halt';
import { useLive } from '../../live';
import { useParams } from '../../navigation';
import { RunView } from './RunView';

/** Everything about one run of a workflow. */
export function RunPage() {
  const { runId = '' } = useParams();
  // A run of its own, so that nothing of the one before shows through.
  return <RunPageOf key={runId} runId={runId} />;
}

function RunPageOf({ runId }: { runId: string }) {
  const api = useDevartApi();
  const live = useLive(
    {
      topics: ['run'],
      id: runId,
      load: signal => api.runs.get({ id: runId }, { signal }),
    },
    [api, runId],
  );
  return (
    <>
      <HaltNotice />
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
        {run => <RunView run={run} reload={live.reload} />}
      </Loaded>
    </>
  );
}
