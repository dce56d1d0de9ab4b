import {
  approvalDecidePermission,
  approvalReadPermission,
  RESOURCE_TYPE_APPROVAL,
} from '@devart/plugin-devart-common';
import {
  approvalResourceRef,
  approvalRules,
  type ApprovalObject,
} from '@devart/plugin-devart-node';
import type { EntityOwners } from '../access/EntityOwners';
import { loadOwned } from '../access/loadOwned';
import type { ObjectKind } from '../access/ObjectKind';
import type { Database } from '../database/Database';
import { ApprovalObjectStore } from './ApprovalObjectStore';

/** Approvals, as objects over which a policy may decide one by one. */
export function createApprovalKind(options: {
  database: Database;
  owners: EntityOwners;
}): ObjectKind<ApprovalObject, typeof RESOURCE_TYPE_APPROVAL> {
  const { database, owners } = options;
  const store = new ApprovalObjectStore();
  return {
    type: RESOURCE_TYPE_APPROVAL,
    noun: 'approval',
    table: 'approvals',
    resourceRef: approvalResourceRef,
    permissions: [approvalReadPermission, approvalDecidePermission],
    rules: Object.values(approvalRules),
    load: ids =>
      loadOwned(ids, {
        owners,
        find: known =>
          database.asSystem('system:access', tx => store.find(tx, known)),
        creatorOf: row => row.requested_by,
        describe: row => ({
          assignees: row.assignees,
          effectClass: row.effect_class,
        }),
      }),
    condition: (query, alias) => store.condition(query, alias),
  };
}
