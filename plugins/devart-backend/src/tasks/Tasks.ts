import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import type { Outbox } from '../outbox/Outbox';
import type { HeldTasks } from '../gateway/HeldTasks';
import { AttemptFence } from './AttemptFence';
import { HeldTaskStore } from './HeldTaskStore';
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

/** Tasks, put together: what people and flows use of them, agents, and those who hand tasks out. */
export class Tasks {
  readonly service: TasksService;
  readonly work: TaskWorkService;
  readonly queue: TaskQueue;
  readonly machine: TaskMachine;
  readonly types: TaskTypes;
  /** What agents work on, for what they cost. */
  readonly held: HeldTasks;

  constructor(options: {
    config: Pick<DevartConfig, 'ageingSeconds' | 'retry' | 'capabilityLimits'>;
    database: Database;
    outbox: Pick<Outbox, 'events' | 'hints'>;
  }) {
    const { config, database, outbox } = options;
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
      events,
      retry: config.retry,
    });
    const common = { database, store, leases, history, machine, fence, events };
    this.service = new TasksService({ ...common, queue });
    this.work = new TaskWorkService({
      ...common,
      records: new TaskRecordStore(),
      completions: new TaskCompletions({ ...common, types }),
    });
    this.queue = new TaskQueue({
      store: queue,
      leases,
      tasks: store,
      machine,
      types,
      limits: config.capabilityLimits,
    });
    this.machine = machine;
    this.types = types;
    const heldTasks = new HeldTaskStore();
    this.held = {
      find: async (agent, taskId, attempt) => {
        const row = await database.asSystem('system:tasks', tx =>
          heldTasks.find(tx, agent, taskId, attempt),
        );
        return (
          row && {
            taskId,
            attempt: row.attempt,
            runId: row.run_id ?? undefined,
            workflowId: row.workflow_id ?? undefined,
            entityRef: row.entity_ref ?? undefined,
          }
        );
      },
    };

    const hint = (id: string) => hints.gather({ topic: 'task', id });
    this.work.onProgress(hint);
    // No event: that a task began is told by its history, and now by a hint.
    machine.onLeasesChanged(({ begun = [] }) => begun.forEach(hint));
  }
}
