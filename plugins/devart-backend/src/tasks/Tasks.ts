import type { ObjectAccess } from '../access/ObjectAccess';
import type { EntityOwners } from '../access/EntityOwners';
import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import type { Outbox } from '../outbox/Outbox';
import { SharedTransactions } from '../database/SharedTransactions';
import { AttemptFence } from './AttemptFence';
import { createTaskKind } from './createTaskKind';
import { LeaseStore } from './LeaseStore';
import { QueueStore } from './QueueStore';
import { TaskCompletions } from './TaskCompletions';
import { TaskHistoryStore } from './TaskHistoryStore';
import { TaskMachine } from './TaskMachine';
import { TaskQueue } from './TaskQueue';
import { TaskRecordStore } from './TaskRecordStore';
import { TasksService } from './TasksService';
import { TaskStore } from './TaskStore';
import { TaskTypes } from './TaskTypes';
import { TaskWorkService } from './TaskWorkService';

/** Ends and claims that share a transaction at most, and such transactions at once. */
const SHARED_ITEMS = 500;
const SHARED_TRANSACTIONS = 2;
/**
 * So many make a second transaction worth while: what PostgreSQL does for a
 * transaction itself took as long as 10 to 20 ends or claims.
 */
const WORTHWHILE_ITEMS = 20;

/** Tasks, put together: what people and flows use of them, agents, and those who hand tasks out. */
export class Tasks {
  readonly service: TasksService;
  readonly work: TaskWorkService;
  readonly queue: TaskQueue;
  readonly machine: TaskMachine;
  readonly types: TaskTypes;
  /** The transactions that end tasks, for what else shall share them. */
  readonly shared: SharedTransactions;

  constructor(options: {
    config: Pick<DevartConfig, 'ageingSeconds' | 'retry' | 'capabilityLimits'>;
    database: Database;
    access: ObjectAccess;
    owners: EntityOwners;
    outbox: Pick<Outbox, 'events' | 'hints'>;
  }) {
    const { config, database, access, outbox } = options;
    access.add(createTaskKind(options));
    const { events, hints } = outbox;
    const store = new TaskStore();
    const queue = new QueueStore({ ageingSeconds: config.ageingSeconds });
    const leases = new LeaseStore();
    const history = new TaskHistoryStore();
    const fence = new AttemptFence(store);
    const types = new TaskTypes();
    const machine = new TaskMachine({
      tasks: store,
      queue,
      leases,
      history,
      types,
      events,
      retry: config.retry,
    });
    this.shared = new SharedTransactions({
      database,
      actor: 'system:queue',
      max: SHARED_ITEMS,
      concurrency: SHARED_TRANSACTIONS,
      worthwhile: WORTHWHILE_ITEMS,
    });
    const common = { database, store, leases, history, machine, fence, events };
    this.service = new TasksService({ ...common, access, queue });
    this.work = new TaskWorkService({
      ...common,
      records: new TaskRecordStore(),
      completions: new TaskCompletions({
        ...common,
        types,
        shared: this.shared,
      }),
    });
    this.queue = new TaskQueue({
      store: queue,
      leases,
      machine,
      limits: config.capabilityLimits,
    });
    this.machine = machine;
    this.types = types;

    const hint = (id: string) => hints.gather({ topic: 'task', id });
    this.work.onProgress(hint);
    // No event: that a task began is told by its history, and now by a hint.
    machine.onLeasesChanged(({ begun = [] }) => begun.forEach(hint));
  }
}
