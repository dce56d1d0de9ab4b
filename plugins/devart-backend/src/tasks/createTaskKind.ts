import {
  RESOURCE_TYPE_TASK,
  taskDeletePermission,
  taskReadPermission,
  taskUpdatePermission,
} from '@devart/plugin-devart-common';
import {
  taskResourceRef,
  taskRules,
  type TaskObject,
} from '@devart/plugin-devart-node';
import type { EntityOwners } from '../access/EntityOwners';
import { loadOwned } from '../access/loadOwned';
import type { ObjectKind } from '../access/ObjectKind';
import type { Database } from '../database/Database';
import { TaskObjectStore } from './TaskObjectStore';

/** Tasks, as objects over which a policy may decide one by one. */
export function createTaskKind(options: {
  database: Database;
  owners: EntityOwners;
}): ObjectKind<TaskObject, typeof RESOURCE_TYPE_TASK> {
  const { database, owners } = options;
  const store = new TaskObjectStore();
  return {
    type: RESOURCE_TYPE_TASK,
    noun: 'task',
    table: 'tasks',
    resourceRef: taskResourceRef,
    permissions: [
      taskReadPermission,
      taskUpdatePermission,
      taskDeletePermission,
    ],
    rules: Object.values(taskRules),
    load: ids =>
      loadOwned(ids, {
        owners,
        find: known =>
          database.asSystem('system:access', tx => store.find(tx, known)),
        creatorOf: row => row.created_by,
        describe: ({ agent_id, agent_name }) => ({
          agent:
            agent_id === null
              ? undefined
              : { id: agent_id, name: agent_name ?? '' },
        }),
      }),
    condition: (query, alias) => store.condition(query, alias),
  };
}
