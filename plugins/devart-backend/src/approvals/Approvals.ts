import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { EntityOwners } from '../access/EntityOwners';
import type { ObjectAccess } from '../access/ObjectAccess';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { AllHandlers } from '../operations/Handlers';
import type { Outbox } from '../outbox/Outbox';
import type { Tasks } from '../tasks/Tasks';
import { ApprovalMachine } from './ApprovalMachine';
import { ApprovalsService } from './ApprovalsService';
import { ApprovalStore } from './ApprovalStore';
import { createApprovalKeeper } from './createApprovalKeeper';
import { createApprovalKind } from './createApprovalKind';
import { createApprovalNotifier } from './createApprovalNotifier';
import { createPrincipalFinder } from './createPrincipalFinder';
import { joinTasksWithApprovals } from './joinTasksWithApprovals';
import { NoticeStore } from './NoticeStore';
import { createApprovalHandlers } from './operations';

/** What approvals are built on. */
export interface ApprovalsOptions {
  database: Database;
  access: ObjectAccess;
  owners: EntityOwners;
  outbox: Outbox;
  tasks: Tasks;
  auth: AuthService;
  catalog: CatalogService;
  notifications: NotificationService;
  logger: LoggerService;
}

/** Approvals, put together. */
export class Approvals implements Part {
  readonly service: ApprovalsService;
  readonly handlers: Pick<AllHandlers, 'approvals'>;
  readonly vital: readonly Loop[];
  readonly background: readonly Loop[];

  constructor(options: ApprovalsOptions) {
    const { database, access, tasks, auth, catalog, logger } = options;
    access.add(createApprovalKind(options));
    const { events } = options.outbox;
    const store = new ApprovalStore();
    const notices = new NoticeStore();
    const machine = new ApprovalMachine({ database, store, notices, events });
    this.service = new ApprovalsService({
      database,
      store,
      machine,
      work: tasks.work,
      access,
      // Only people decide; nobody else's credentials need to be asked about.
      isPerson: ({ credentials }) => auth.isPrincipal(credentials, 'user'),
      findUnknown: createPrincipalFinder({ catalog, auth }),
    });
    joinTasksWithApprovals({
      tasks: tasks.service,
      machine: tasks.machine,
      approvals: machine,
    });
    const notifier = createApprovalNotifier({
      database,
      store,
      notices,
      notifications: options.notifications,
      logger,
    });
    events.onCommitted(() => notifier.wake());
    this.handlers = { approvals: createApprovalHandlers(this.service) };
    this.vital = [createApprovalKeeper({ approvals: machine, logger })];
    this.background = [notifier];
  }
}
