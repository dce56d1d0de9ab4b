import { useDevartApi } from '../../api';
import { Loaded } from '../../components';
import { HaltNotice } from '../../halt';
import { useLive } from '../../live';
import { useParams } from '../../navigation';
import { TaskPageSkeleton } from './TaskPageSkeleton';
import { TaskView } from './TaskView';

/** Everything about one task. */
export function TaskPage() {
  const { taskId = '' } = useParams();
  // A task of its own, so that nothing of the one before shows through.
  return <TaskPageOf key={taskId} taskId={taskId} />;
}

function TaskPageOf({ taskId }: { taskId: string }) {
  const api = useDevartApi();
  const live = useLive(
    {
      topics: ['task'],
      id: taskId,
      load: signal => api.tasks.get({ id: taskId }, { signal }),
    },
    [api, taskId],
  );
  return (
    <>
      <HaltNotice />
      <Loaded live={live} skeleton={<TaskPageSkeleton />}>
        {task => <TaskView task={task} reload={live.reload} />}
      </Loaded>
    </>
  );
}
