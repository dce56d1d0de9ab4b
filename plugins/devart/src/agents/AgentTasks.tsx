import type { TaskSummary } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { EmptyState, PagedList, Panel } from '../components';
import { useLivePages } from '../live';
import { TaskTable } from '../tasks';

/** The tasks that an agent works on or worked on last. */
export function AgentTasks({ agentId }: { agentId: string }) {
  const api = useDevartApi();
  const pages = useLivePages<TaskSummary>(
    {
      topics: ['task'],
      pageSize: 10,
      loadPage: (page, signal) =>
        api.tasks.list({ agentId, ...page }, { signal }),
    },
    [api, agentId],
  );
  return (
    <Panel title="Tasks">
      <PagedList
        pages={pages}
        skeletonRows={4}
        empty={
          <EmptyState
            title="It has not taken a task yet"
            text="It takes tasks that need no more than it can do, as soon as it is started with its key."
          />
        }
      >
        {items => (
          <TaskTable isOfOneAgent label="Tasks of this agent" tasks={items} />
        )}
      </PagedList>
    </Panel>
  );
}
