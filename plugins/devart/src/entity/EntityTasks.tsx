import {
  taskCreatePermission,
  type TaskSummary,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import AddIcon from '@material-ui/icons/Add';
import { useState } from 'react';
import { ActivityFeed } from '../activity';
import { useDevartApi } from '../api';
import { ActionButton, EmptyState, PagedList, Panel } from '../components';
import { useLivePages } from '../live';
import { Link, useLinks, useNavigate } from '../navigation';
import { ReviewList } from '../reviews';
import {
  CreateTaskDialog,
  TaskTable,
  useTaskDialogs,
  useTaskMenu,
} from '../tasks';

const useStyles = makeStyles(theme => ({
  root: { display: 'grid', gap: theme.spacing(2) },
}));

/** Tasks, reviews and activity about one entity. */
export function EntityTasks({ entityRef }: { entityRef: string }) {
  const classes = useStyles();
  const api = useDevartApi();
  const links = useLinks();
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const pages = useLivePages<TaskSummary>(
    {
      topics: ['task'],
      pageSize: 10,
      loadPage: (page, signal) =>
        api.tasks.list({ entityRef, ...page }, { signal }),
    },
    [api, entityRef],
  );
  const dialogs = useTaskDialogs({ onChanged: pages.reload });
  const menuOf = useTaskMenu(dialogs);

  return (
    <div className={classes.root}>
      <Panel
        title="Tasks"
        actions={
          <>
            <Link to={links.taskList({ entityRef })}>All, with filters</Link>
            <ActionButton
              permission={taskCreatePermission}
              startIcon={<AddIcon aria-hidden />}
              onClick={() => setCreating(true)}
            >
              Create task
            </ActionButton>
          </>
        }
      >
        <PagedList
          pages={pages}
          skeletonRows={4}
          empty={
            <EmptyState
              title="No tasks about this yet"
              text="A task is a piece of work for an agent."
              action={
                <ActionButton
                  permission={taskCreatePermission}
                  onClick={() => setCreating(true)}
                >
                  Create the first task
                </ActionButton>
              }
            />
          }
        >
          {items => (
            <TaskTable label="Tasks" tasks={items} actionsOf={menuOf} />
          )}
        </PagedList>
      </Panel>
      <Panel title="Reviews">
        <ReviewList
          filters={{ entityRef }}
          pageSize={10}
          empty={
            <EmptyState
              title="No change of this has been reviewed yet"
              text="Start the template “Review a change” under Create, or let GitHub send its pull requests here."
            />
          }
        />
      </Panel>
      <Panel title="Activity">
        <ActivityFeed entityRef={entityRef} pageSize={10} />
      </Panel>
      {dialogs.dialog}
      {creating && (
        <CreateTaskDialog
          initial={{ entityRef }}
          onClose={() => setCreating(false)}
          onCreated={task => navigate(links.task(task.id))}
        />
      )}
    </div>
  );
}
