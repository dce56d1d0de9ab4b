import type { TaskSummary } from '@devart/plugin-devart-common';
import { useDevartApi } from '../../api';
import { PagedList } from '../../components';
import { useLivePages } from '../../live';
import { TaskTable, useTaskDialogs, useTaskMenu } from '../../tasks';
import { NoTasks } from './NoTasks';
import { listFilters, type TaskFilterValues } from './taskFilters';

/** Tasks as a table, newest first. */
export function TaskList(props: {
  filters: TaskFilterValues;
  isFiltered: boolean;
  onClear: () => void;
  onCreate: () => void;
}) {
  const api = useDevartApi();
  const { filters, isFiltered, onClear, onCreate } = props;
  const pages = useLivePages<TaskSummary>(
    {
      topics: ['task'],
      loadPage: (page, signal) =>
        api.tasks.list({ ...listFilters(filters), ...page }, { signal }),
    },
    [api, filters],
  );
  const dialogs = useTaskDialogs({ onChanged: pages.reload });
  const menuOf = useTaskMenu(dialogs);

  return (
    <>
      <PagedList
        pages={pages}
        skeletonRows={8}
        empty={
          <NoTasks
            isFiltered={isFiltered}
            onClear={onClear}
            onCreate={onCreate}
          />
        }
      >
        {items => <TaskTable label="Tasks" tasks={items} actionsOf={menuOf} />}
      </PagedList>
      {dialogs.dialog}
    </>
  );
}
