import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { CapabilitySet, TaskTransport } from '@devart/plugin-devart-node';
import type { Database } from '../database/Database';
import type { EventLog } from '../outbox/EventLog';
import type { ReadySet, ReadyStore, ReadyTaskRow } from '../tasks/ReadyStore';

/** Ids that wait to be published; more are left to the reconciler. */
const MAX_GATHERED = 100_000;
/** Ids looked up, and published, at once. */
const BATCH = 500;
/** An agent that covers more sets than this hears of the others by the stream. */
const MAX_SETS_OF_AGENT = 200;

/** Messages that went to a transport together. */
export interface Published {
  transport: string;
  messages: number;
  /** Whether the outside system has all of them for good. */
  confirmed: boolean;
}

function toSet(row: Omit<ReadySet, 'id'>): CapabilitySet {
  return {
    organizationId: row.organization_id,
    capabilities: row.capabilities,
  };
}

/**
 * Tells the transports of tasks that became claimable. What it is told itself
 * comes after commit and lives in this process alone; whatever is lost on the way
 * is found by the reconciler.
 */
export class TaskTransports {
  readonly #database: Database;
  readonly #ready: ReadyStore;
  readonly #events: EventLog;
  readonly #logger: LoggerService;
  readonly #transports: readonly TaskTransport[];
  readonly #gathered = new Set<string>();
  #onPublished: (published: Published) => void = () => {};
  #publishing: Promise<void> | undefined;
  #onConnected: () => void = () => {};
  #stopped = false;

  constructor(options: {
    database: Database;
    ready: ReadyStore;
    events: EventLog;
    logger: LoggerService;
    transports: readonly TaskTransport[];
  }) {
    this.#database = options.database;
    this.#ready = options.ready;
    this.#events = options.events;
    this.#logger = options.logger;
    this.#transports = options.transports;
  }

  /** Says whom to wake when a transport has connected. */
  onConnected(listener: () => void): void {
    this.#onConnected = listener;
  }

  /** Says whom to tell of messages that a transport took, or did not. */
  onPublished(listener: (published: Published) => void): void {
    this.#onPublished = listener;
  }

  async start(): Promise<void> {
    for (const transport of this.#transports) {
      await transport.start({
        onConnected: () => this.#onConnected(),
        onDeadLetter: letter => this.#writeDown(transport, letter),
      });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#gathered.clear();
    await this.#publishing;
    await Promise.all(this.#transports.map(transport => transport.stop()));
  }

  /** Tasks came into the queue; some may not be due yet. */
  announce(taskIds: readonly string[]): void {
    if (this.#stopped || !this.#isAnyConnected()) {
      return;
    }
    for (const id of taskIds) {
      if (this.#gathered.size < MAX_GATHERED) {
        this.#gathered.add(id);
      }
    }
    this.#publishing ??= this.#publishGathered().finally(() => {
      this.#publishing = undefined;
    });
  }

  /** The transports with the queues that an agent should listen to. */
  async forAgent(agent: {
    organizationId: string;
    capabilities: readonly string[];
  }) {
    if (!this.#isAnyConnected()) {
      return [];
    }
    const rows = await this.#database.asSystem('system:transports', tx =>
      this.#ready.setsWithin(tx, agent, MAX_SETS_OF_AGENT),
    );
    const sets = rows.map(toSet);
    const connected = this.#transports.filter(isConnected);
    return Promise.all(
      connected.map(async transport => {
        // Agents may not declare queues.
        await transport.depths(sets);
        return {
          id: transport.id,
          url: transport.address(),
          queues: sets.map(set => transport.queueOf(set)),
        };
      }),
    );
  }

  /** Which transports there are, and whether they can be reached. */
  statuses() {
    return this.#transports.map(statusOf);
  }

  /** How the transports do, with the queues of an organisation for which tasks are ready. */
  async describe(organizationId: string) {
    const rows = await this.#database.asSystem('system:transports', tx =>
      this.#ready.overdueSets(tx, { seconds: 0, countUpTo: 100_000 }),
    );
    const own = rows.filter(row => row.organization_id === organizationId);
    return Promise.all(
      this.#transports.map(async transport => {
        const sets = own.map(toSet);
        const depths = isConnected(transport)
          ? await transport.depths(sets).catch(() => [])
          : [];
        return {
          ...statusOf(transport),
          queues: own.map(({ capabilities, count }, index) => ({
            name: transport.queueOf(sets[index]),
            capabilities,
            ready: count,
            messages: depths[index],
          })),
        };
      }),
    );
  }

  /**
   * Publishes again what a transport seems to have lost: tasks that have been
   * ready for a while beyond the messages that wait for them. Messages that
   * agents hold are not counted, so that there may be more of them than tasks,
   * but never more waiting than tasks ready.
   */
  async reconcile(youngestSeconds: number): Promise<number> {
    const sets = await this.#database.asSystem('system:transports', tx =>
      this.#ready.overdueSets(tx, {
        seconds: youngestSeconds,
        countUpTo: BATCH * 20,
      }),
    );
    let published = 0;
    for (const transport of this.#transports.filter(isConnected)) {
      const depths = await transport.depths(sets.map(toSet));
      for (const [index, set] of sets.entries()) {
        const missing = set.count - depths[index];
        if (missing > 0) {
          const rows = await this.#database.asSystem('system:transports', tx =>
            this.#ready.overdueOf(tx, set.id, {
              seconds: youngestSeconds,
              limit: missing,
            }),
          );
          await this.#publish(transport, rows);
          published += rows.length;
        }
      }
    }
    return published;
  }

  async #publishGathered(): Promise<void> {
    while (this.#gathered.size > 0 && !this.#stopped) {
      const ids = [...this.#gathered].slice(0, BATCH);
      ids.forEach(id => this.#gathered.delete(id));
      try {
        const rows = await this.#database.asSystem('system:transports', tx =>
          this.#ready.describe(tx, ids),
        );
        for (const transport of this.#transports.filter(isConnected)) {
          await this.#publish(transport, rows);
        }
      } catch (error) {
        // The reconciler finds what was not published.
        this.#logger.debug(
          `Tasks were not published: ${stringifyError(error)}`,
        );
      }
    }
  }

  async #publish(
    transport: TaskTransport,
    rows: readonly ReadyTaskRow[],
  ): Promise<void> {
    if (rows.length === 0) {
      return;
    }
    const published = { transport: transport.id, messages: rows.length };
    try {
      await transport.publish(
        rows.map(row => ({
          id: row.id,
          attempt: row.attempt + 1,
          set: toSet(row),
          traceparent: row.traceparent ?? undefined,
        })),
      );
    } catch (error) {
      this.#onPublished({ ...published, confirmed: false });
      throw error;
    }
    this.#onPublished({ ...published, confirmed: true });
  }

  #isAnyConnected(): boolean {
    return this.#transports.some(isConnected);
  }

  async #writeDown(
    transport: TaskTransport,
    letter: { organizationId: string; taskId: string; reason: string },
  ): Promise<void> {
    const { organizationId, taskId, reason } = letter;
    await this.#database.asSystem(`system:${transport.id}`, async tx => {
      const name = await this.#ready.titleOf(tx, { organizationId, taskId });
      if (name !== undefined) {
        await this.#events.append(tx, [
          {
            organizationId,
            topic: 'task.message-dead-lettered',
            subject: { kind: 'task', id: taskId, name },
            detail: `${transport.id} gave up a message: ${reason}`,
          },
        ]);
      }
    });
  }
}

function statusOf(transport: TaskTransport) {
  const { state, detail } = transport.status();
  return { id: transport.id, state, detail };
}

function isConnected(transport: TaskTransport): boolean {
  return transport.status().state === 'connected';
}
