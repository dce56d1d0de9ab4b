import Typography from '@material-ui/core/Typography';
import { useDevartApi } from '../../api';
import { Loaded, Panel, Rows } from '../../components';
import { useLive } from '../../live';
import { Attempts } from './Attempts';
import { Delegations } from './Delegations';
import { Timeline } from './Timeline';

/** What happened to a task: changes of status, attempts, and who paid instead of whom. */
export function HistoryPanel({ taskId }: { taskId: string }) {
  const api = useDevartApi();
  const live = useLive(
    {
      topics: ['task'],
      id: taskId,
      load: signal => api.tasks.history({ id: taskId }, { signal }),
    },
    [api, taskId],
  );
  return (
    <Panel title="History">
      <Loaded live={live} skeleton={<Rows count={4} />}>
        {({ transitions, attempts, delegations }) => (
          <>
            <Timeline transitions={transitions} />
            {attempts.length > 0 && (
              <>
                <Typography component="h3" variant="subtitle2" gutterBottom>
                  Attempts
                </Typography>
                <Attempts attempts={attempts} />
              </>
            )}
            {delegations.length > 0 && (
              <>
                <Typography component="h3" variant="subtitle2" gutterBottom>
                  Paid by fallbacks
                </Typography>
                <Delegations delegations={delegations} />
              </>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
