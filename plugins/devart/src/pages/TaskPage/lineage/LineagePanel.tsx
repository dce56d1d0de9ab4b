import type { Task } from '@devart/plugin-devart-common';
import Skeleton from '@material-ui/lab/Skeleton';
import Typography from '@material-ui/core/Typography';
import { lazy, Suspense, useState } from 'react';
import { useDevartApi } from '../../../api';
import {
  Loaded,
  Panel,
  Rows,
  useIsNarrow,
  ViewToggle,
} from '../../../components';
import { useLive } from '../../../live';
import { LineageList } from './LineageList';

// The layout engine is large, and most tasks have no relatives.
const LineageGraph = lazy(() => import('./LineageGraph'));

const VIEWS = [
  { value: 'graph', label: 'Graph' },
  { value: 'list', label: 'List' },
] as const;

/** Where a task came from and what came from it; nothing for a task by itself. */
export function LineagePanel({ task }: { task: Task }) {
  const isRelated = task.parentId !== undefined || task.successors > 0;
  return isRelated ? <Lineage taskId={task.id} /> : null;
}

function Lineage({ taskId }: { taskId: string }) {
  const api = useDevartApi();
  const isNarrow = useIsNarrow();
  const [chosen, setChosen] = useState<'graph' | 'list'>();
  const view = chosen ?? (isNarrow ? 'list' : 'graph');
  const live = useLive(
    {
      topics: ['task'],
      minimumIntervalMs: 2000,
      load: signal => api.tasks.lineage({ id: taskId }, { signal }),
    },
    [api, taskId],
  );
  return (
    <Panel
      title="Lineage"
      actions={
        <ViewToggle
          label="View of the lineage"
          value={view}
          views={VIEWS}
          onChange={setChosen}
        />
      }
    >
      <Loaded live={live} skeleton={<Rows count={4} />}>
        {({ items, truncated }) => (
          <>
            {view === 'graph' ? (
              <Suspense fallback={<Skeleton variant="rect" height={180} />}>
                <LineageGraph relatives={items} currentId={taskId} />
              </Suspense>
            ) : (
              <LineageList relatives={items} currentId={taskId} />
            )}
            {truncated && (
              <Typography variant="caption" component="p">
                Only the nearest {items.length} tasks are shown.
              </Typography>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
