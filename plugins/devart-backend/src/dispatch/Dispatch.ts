import type { LoggerService } from '@backstage/backend-plugin-api';
import type { MetricsService } from '@backstage/backend-plugin-api/alpha';
import type { Agents } from '../agents/Agents';
import type { Budgets } from '../budgets/Budgets';
import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { AllHandlers } from '../operations/Handlers';
import { KEEP_ALIVE_SECONDS } from '../operations/sendEvents';
import { tellOfRoom } from '../operations/tellOfRoom';
import type { Outbox } from '../outbox/Outbox';
import { createTaskHandlers } from '../tasks/operations';
import { ReadyStore } from '../tasks/ReadyStore';
import type { Tasks } from '../tasks/Tasks';
import type { Transports } from '../transports/Transports';
import { AgentBell } from './AgentBell';
import { AgentControl } from './AgentControl';
import { Claims } from './Claims';
import { ClaimStore } from './ClaimStore';
import { createDuePromoter } from './createDuePromoter';
import { createLeaseKeeper } from './createLeaseKeeper';
import { Dispatcher } from './Dispatcher';
import { claimProblemsOf, type QueueSources } from './healthOfQueue';
import { createDispatchHandlers } from './operations';
import { QueueBell } from './QueueBell';
import { QueueHealthStore } from './QueueHealthStore';
import { QueueWatch } from './QueueWatch';
import { registerDeliveryMetrics } from './registerDeliveryMetrics';
import { registerQueueMetrics } from './registerQueueMetrics';
import { SessionClaims } from './SessionClaims';
import { SessionStore } from './SessionStore';
import { createStreamKeeper } from './streams/createStreamKeeper';
import { TaskStreams } from './streams/TaskStreams';
import { toDelegations } from './toDelegations';
import { WaitingReasons } from './WaitingReasons';

/** What dispatch is built on. */
export interface DispatchOptions {
  config: Pick<
    DevartConfig,
    'leaseSeconds' | 'staleSeconds' | 'capabilityLimits' | 'queueThresholdsOf'
  >;
  database: Database;
  outbox: Outbox;
  budgets: Pick<Budgets, 'ledger'>;
  agents: Agents;
  tasks: Tasks;
  transports: Transports;
  metrics: MetricsService;
  logger: LoggerService;
}

/** Where agents and tasks meet, put together. */
export class Dispatch implements Part {
  /** The operations on tasks and on agents, since both act on each other. */
  readonly handlers: {
    tasks: Omit<AllHandlers['tasks'], 'dispatch'>;
    agents: AllHandlers['agents'];
  };
  /** From where it shows how the queue does. */
  readonly queueSources: QueueSources;
  readonly vital: readonly Loop[];
  readonly background: readonly Loop[];
  readonly #bells: readonly (QueueBell | AgentBell)[];
  readonly #streams: TaskStreams;
  readonly #dispatcher: Dispatcher;
  readonly #staleMs: number;

  constructor(options: DispatchOptions) {
    const { config, database, metrics, logger } = options;
    const { leaseSeconds } = config;
    const { events } = options.outbox;
    const {
      service: tasks,
      work,
      queue,
      machine,
      types,
      shared,
    } = options.tasks;
    const { ledger } = options.budgets;
    const agents = options.agents.service;
    const transports = options.transports.service;

    const sessions = new SessionStore();
    const meeting = { database, agents, sessions, queue };
    const queueBell = new QueueBell({ database, logger });
    const agentBell = new AgentBell({ database, logger });
    const claims = new Claims({
      ...meeting,
      shared,
      store: new ClaimStore(),
      machine,
      types,
      leaseSeconds,
    });
    const dispatcher = new Dispatcher({
      ...meeting,
      claims,
      bell: queueBell,
      leaseSeconds,
    });
    const sessionClaims = new SessionClaims({
      ...meeting,
      claims,
      ready: new ReadyStore(),
    });
    const streams = new TaskStreams({
      claims: sessionClaims,
      queueBell,
      bell: agentBell,
      logger,
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
    });
    const waiting = new WaitingReasons(meeting);
    const store = new QueueHealthStore();
    const watch = new QueueWatch({
      database,
      store,
      events,
      thresholdsOf: config.queueThresholdsOf,
      logger,
    });
    registerQueueMetrics({ metrics, watch, dispatcher, claims });
    registerDeliveryMetrics({ metrics, streams, transports });

    machine.onQueued(({ needs }) => queueBell.ring(needs));
    machine.onLeasesChanged(({ ended }) => {
      if (ended && config.capabilityLimits.length > 0) {
        queueBell.ring();
      }
    });

    const onRoom = (agentId: string) =>
      agentBell.ring({ kind: 'room', agentId });
    this.handlers = {
      tasks: tellOfRoom(
        createTaskHandlers({
          tasks,
          work,
          types,
          explainWaiting: (caller, task) => waiting.explain(caller, task),
          findDelegations: async (caller, taskId) =>
            toDelegations(await ledger.delegationsOfTask(caller, taskId)),
        }),
        ['complete', 'reportFailure', 'setStatus'],
        onRoom,
      ),
      agents: {
        ...options.agents.handlers,
        ...tellOfRoom(
          createDispatchHandlers({
            agents,
            control: new AgentControl(meeting),
            dispatcher,
            claims: sessionClaims,
            streams,
            transports,
            bell: agentBell,
            tasks,
            work,
          }),
          ['completeTasks', 'returnTasks'],
          onRoom,
        ),
      },
    };
    this.queueSources = { store, watch, dispatcher };
    this.vital = [
      createLeaseKeeper({ ...meeting, events, leaseSeconds, logger }),
      createDuePromoter({
        ...meeting,
        bell: queueBell,
        onDue: taskIds => transports.announce(taskIds),
        logger,
      }),
      createStreamKeeper({ ...meeting, streams, logger }),
    ];
    this.background = [watch.loop];
    this.#bells = [queueBell, agentBell];
    this.#streams = streams;
    this.#dispatcher = dispatcher;
    this.#staleMs = config.staleSeconds * 1000;
  }

  problems(): string[] {
    return claimProblemsOf(this.#dispatcher, this.#staleMs);
  }

  async start(): Promise<void> {
    await Promise.all(this.#bells.map(bell => bell.start()));
  }

  async drain(): Promise<void> {
    await this.#streams.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#bells.map(bell => bell.stop()));
  }
}
