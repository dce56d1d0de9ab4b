import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { BOARD_COLUMNS, type BoardColumn } from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { Loaded, Panel, Rows, TaskStatusLabel } from '../components';
import { useLive } from '../live';
import { useLinks } from '../navigation';
import { Tiles } from '../overview';

const COLUMNS: readonly BoardColumn[] = ['running', 'queued', 'waiting'];

/** How much work there is about an entity. */
export function EntityWorkCard() {
  const { entity } = useEntity();
  const api = useDevartApi();
  const links = useLinks();
  const entityRef = stringifyEntityRef(entity);
  const live = useLive(
    {
      topics: ['task'],
      minimumIntervalMs: 1000,
      load: signal => api.tasks.board({ entityRef, limit: 1 }, { signal }),
    },
    [api, entityRef],
  );
  return (
    <Panel title="Work of agents">
      <Loaded live={live} skeleton={<Rows count={1} height={72} />}>
        {board => (
          <Tiles
            label="Tasks about this"
            tiles={COLUMNS.map(column => {
              const [status] = BOARD_COLUMNS[column];
              return {
                key: column,
                label: <TaskStatusLabel status={status} />,
                count: board[column].total,
                to: links.taskList({
                  entityRef,
                  status: BOARD_COLUMNS[column],
                }),
              };
            })}
          />
        )}
      </Loaded>
    </Panel>
  );
}
