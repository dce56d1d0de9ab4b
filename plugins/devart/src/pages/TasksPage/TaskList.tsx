import type { TaskSummary } from '@devart/plugin-devart-common';
import { useDevartApi } from '../../api';
import { Loaded, LoadMore, Rows } from '../../components';
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
      <Loaded live={pages} skeleton={<Rows count={8} />}>
        {({ items }) =>
          items.length === 0 ? (
            <NoTasks
              isFiltered={isFiltered}
              onClear={onClear}
              onCreate={onCreate}
            />
          ) : (
            <TaskTable label="Tasks" tasks={items} actionsOf={menuOf} />
          )
        }
      </Loaded>
      <LoadMore pages={pages} />
      {dialogs.dialog}
    </>
  );
}
