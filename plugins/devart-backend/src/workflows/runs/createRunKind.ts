import {
  RESOURCE_TYPE_RUN,
  runReadPermission,
  runUpdatePermission,
} from '@devart/plugin-devart-common';
import {
  runResourceRef,
  runRules,
  type OwnedObject,
} from '@devart/plugin-devart-node';
import type { EntityOwners } from '../../access/EntityOwners';
import { loadOwned } from '../../access/loadOwned';
import type { ObjectKind } from '../../access/ObjectKind';
import type { Database } from '../../database/Database';
import { RunObjectStore } from './RunObjectStore';

/** Runs, as objects over which a policy may decide one by one. */
export function createRunKind(options: {
  database: Database;
  owners: EntityOwners;
}): ObjectKind<OwnedObject, typeof RESOURCE_TYPE_RUN> {
  const { database, owners } = options;
  const store = new RunObjectStore();
  return {
    type: RESOURCE_TYPE_RUN,
    noun: 'run',
    table: 'workflow_runs',
    resourceRef: runResourceRef,
    permissions: [runReadPermission, runUpdatePermission],
    rules: Object.values(runRules),
    load: ids =>
      loadOwned(ids, {
        owners,
        find: known =>
          database.asSystem('system:access', tx => store.find(tx, known)),
        creatorOf: row => row.started_by,
        describe: () => ({}),
      }),
    condition: (query, alias) => store.condition(query, alias),
  };
}
