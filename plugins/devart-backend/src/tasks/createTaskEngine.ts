import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import { SharedTransactions } from '../database/SharedTransactions';
import type { EventLog } from '../outbox/EventLog';
import { AttemptFence } from './AttemptFence';
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

/** What others use of tasks: people and flows, agents, and those who hand tasks out. */
export interface TaskEngine {
  tasks: TasksService;
  work: TaskWorkService;
  queue: TaskQueue;
  machine: TaskMachine;
  types: TaskTypes;
  /** Ends of tasks, and what else shall share their transactions. */
  shared: SharedTransactions;
}

/** Puts the parts that tasks are made of together. */
export function createTaskEngine(options: {
  database: Database;
  events: EventLog;
  config: Pick<DevartConfig, 'ageingSeconds' | 'retry' | 'capabilityLimits'>;
}): TaskEngine {
  const { database, events, config } = options;
  const store = new TaskStore();
  const places = new QueueStore({ ageingSeconds: config.ageingSeconds });
  const leases = new LeaseStore();
  const history = new TaskHistoryStore();
  const fence = new AttemptFence(store);
  const types = new TaskTypes();
  const machine = new TaskMachine({
    tasks: store,
    queue: places,
    leases,
    history,
    events,
    retry: config.retry,
  });
  const shared = new SharedTransactions({
    database,
    actor: 'system:queue',
    max: SHARED_ITEMS,
    concurrency: SHARED_TRANSACTIONS,
    worthwhile: WORTHWHILE_ITEMS,
  });
  const common = { database, store, leases, history, machine, fence, events };
  return {
    tasks: new TasksService({ ...common, queue: places }),
    work: new TaskWorkService({
      ...common,
      records: new TaskRecordStore(),
      completions: new TaskCompletions({ ...common, shared, types }),
    }),
    queue: new TaskQueue({
      store: places,
      leases,
      machine,
      limits: config.capabilityLimits,
    }),
    machine,
    types,
    shared,
  };
}
