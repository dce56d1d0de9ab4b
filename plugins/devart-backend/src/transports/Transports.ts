import type { LoggerService } from '@backstage/backend-plugin-api';
import type { TaskTransport } from '@devart/plugin-devart-node';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { Outbox } from '../outbox/Outbox';
import { ReadyStore } from '../tasks/ReadyStore';
import type { Tasks } from '../tasks/Tasks';
import { createTransportReconciler } from './createTransportReconciler';
import { TaskTransports } from './TaskTransports';

/** The ways by which agents hear of tasks besides the control plane's own, put together. */
export class Transports implements Part {
  readonly service: TaskTransports;
  readonly background: readonly Loop[];

  constructor(options: {
    transports: ReadonlyMap<string, TaskTransport>;
    database: Database;
    outbox: Outbox;
    tasks: Tasks;
    logger: LoggerService;
  }) {
    const { transports, database, outbox, tasks, logger } = options;
    const service = new TaskTransports({
      database,
      ready: new ReadyStore(),
      events: outbox.events,
      logger,
      transports: [...transports.values()],
    });
    const reconciler = createTransportReconciler({
      transports: service,
      logger,
    });
    service.onConnected(() => reconciler.wake());
    tasks.machine.onQueued(({ ids }) => service.announce(ids));
    this.service = service;
    this.background = transports.size > 0 ? [reconciler] : [];
  }

  async start(): Promise<void> {
    await this.service.start();
  }

  async stop(): Promise<void> {
    await this.service.stop();
  }
}
