import { taskCreatePermission } from '@devart/plugin-devart-common';
import AddIcon from '@material-ui/icons/Add';
import BoardIcon from '@material-ui/icons/ViewColumn';
import ListIcon from '@material-ui/icons/ViewList';
import { ActionButton, ViewToggle } from '../../components';
import { useLinks, useNavigate } from '../../navigation';
import { CreateTaskDialog } from '../../tasks';
import { HaltNotice } from '../../halt';
import { PageHead, useUrlFilters } from '../shared';
import { TaskBoard } from './board';
import { countFilters, FILTER_NAMES } from './taskFilters';
import { TaskFilterBar } from './TaskFilterBar';
import { TaskList } from './TaskList';

const PAGE_NAMES = ['view', 'create'] as const;
const VIEWS = [
  {
    value: 'board',
    label: (
      <>
        <BoardIcon aria-hidden fontSize="small" />
        &nbsp;Board
      </>
    ),
  },
  {
    value: 'list',
    label: (
      <>
        <ListIcon aria-hidden fontSize="small" />
        &nbsp;List
      </>
    ),
  },
] as const;

/** All tasks, as a board or as a list. */
export function TasksPage() {
  const links = useLinks();
  const navigate = useNavigate();
  const { filters, setFilters } = useUrlFilters(FILTER_NAMES);
  const { filters: page, setFilters: setPage } = useUrlFilters(PAGE_NAMES);
  const view = page.view === 'list' ? 'list' : 'board';
  const onCreate = () => setPage({ create: 'yes' });
  const isFiltered =
    countFilters(
      view === 'board' ? { ...filters, status: undefined } : filters,
    ) > 0;
  const onClear = () =>
    setFilters(Object.fromEntries(FILTER_NAMES.map(name => [name, undefined])));

  return (
    <>
      <PageHead
        title="Tasks"
        actions={
          <>
            <ViewToggle
              label="View"
              value={view}
              views={VIEWS}
              onChange={chosen =>
                setPage({ view: chosen === 'list' ? 'list' : undefined })
              }
            />
            <ActionButton
              permission={taskCreatePermission}
              variant="contained"
              color="primary"
              size="medium"
              startIcon={<AddIcon aria-hidden />}
              onClick={onCreate}
            >
              Create task
            </ActionButton>
          </>
        }
      />
      <HaltNotice />
      <TaskFilterBar
        filters={filters}
        withStatus={view === 'list'}
        onChange={setFilters}
      />
      {view === 'board' ? (
        <TaskBoard
          filters={filters}
          isFiltered={isFiltered}
          onClear={onClear}
          onCreate={onCreate}
        />
      ) : (
        <TaskList
          filters={filters}
          isFiltered={isFiltered}
          onClear={onClear}
          onCreate={onCreate}
        />
      )}
      {page.create && (
        <CreateTaskDialog
          initial={{ entityRef: filters.entityRef ?? '' }}
          onClose={() => setPage({ create: undefined })}
          onCreated={task => navigate(links.task(task.id))}
        />
      )}
    </>
  );
}
