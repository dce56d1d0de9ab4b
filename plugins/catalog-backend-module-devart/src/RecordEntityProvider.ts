import type {
  AuthService,
  LoggerService,
  SchedulerServiceTaskRunner,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { ResponseError, stringifyError } from '@backstage/errors';
import type {
  CatalogService,
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import type { EventParams, EventsService } from '@backstage/plugin-events-node';

/** Records of one sort, and how they stand in the catalog. */
export interface RecordSource<T> {
  /** Of the provider, for example `devart-agents`. */
  name: string;
  /** For people, for example `Agent`. */
  title: string;
  /** Where the control plane says what happens to them. */
  topic: string;
  /** Events after which a record is described differently than before. */
  describingEvents: ReadonlySet<string>;
  /** The annotation that holds the id of the record. */
  annotation: string;
  /** All records that no catalog file describes. */
  list: (signal: AbortSignal) => Promise<T[]>;
  /** One record. Whether there is none is told by a 404. */
  get: (id: string) => Promise<T & { managedBy: 'api' | 'catalog' }>;
  toEntity: (record: T) => Entity;
}

/**
 * Keeps the records that the control plane manages in the catalog: all of them
 * now and then, and each as soon as the control plane says that it changed.
 *
 * Records that a catalog file describes are left to that file. Entities carry no
 * location key, so that a file that comes to describe one takes its entity over.
 */
export class RecordEntityProvider<T> implements EntityProvider {
  readonly #source: RecordSource<T>;
  readonly #options: {
    auth: AuthService;
    catalog: CatalogService;
    events: EventsService;
    logger: LoggerService;
    schedule: SchedulerServiceTaskRunner;
  };

  constructor(
    source: RecordSource<T>,
    options: {
      auth: AuthService;
      catalog: CatalogService;
      events: EventsService;
      logger: LoggerService;
      schedule: SchedulerServiceTaskRunner;
    },
  ) {
    this.#source = source;
    this.#options = options;
  }

  getProviderName(): string {
    return this.#source.name;
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    const { events, schedule } = this.#options;
    await schedule.run({
      id: this.getProviderName(),
      fn: signal => this.#refresh(connection, signal),
    });
    await events.subscribe({
      id: this.getProviderName(),
      topics: [this.#source.topic],
      onEvent: event => this.#onEvent(connection, event),
    });
  }

  async #refresh(
    connection: EntityProviderConnection,
    signal: AbortSignal,
  ): Promise<void> {
    const records = await this.#source.list(signal);
    await connection.applyMutation({
      type: 'full',
      entities: records.map(record => ({
        entity: this.#source.toEntity(record),
      })),
    });
  }

  async #onEvent(
    connection: EntityProviderConnection,
    { eventPayload }: EventParams,
  ): Promise<void> {
    const { topic, subjectId } = eventPayload as Record<string, unknown>;
    if (
      typeof subjectId !== 'string' ||
      !this.#source.describingEvents.has(String(topic))
    ) {
      return;
    }
    try {
      await this.#refreshOne(connection, subjectId);
    } catch (error) {
      this.#options.logger.warn(
        `${this.#source.title} ${subjectId} will be up to date in the catalog with the next full round; it could not be read now: ${stringifyError(error)}`,
      );
    }
  }

  async #refreshOne(
    connection: EntityProviderConnection,
    id: string,
  ): Promise<void> {
    const record = await this.#find(id);
    const entity =
      record?.managedBy === 'api' ? this.#source.toEntity(record) : undefined;
    const current = entity && stringifyEntityRef(entity);
    const known = await this.#entityRefsOf(id);
    await connection.applyMutation({
      type: 'delta',
      added: entity ? [{ entity }] : [],
      // Takes back only what this provider gave, never what is in a file.
      removed: known
        .filter(entityRef => entityRef !== current)
        .map(entityRef => ({ entityRef })),
    });
  }

  async #find(id: string) {
    try {
      return await this.#source.get(id);
    } catch (error) {
      if (error instanceof ResponseError && error.statusCode === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** The entities that this provider made of a record. */
  async #entityRefsOf(id: string): Promise<string[]> {
    const { auth, catalog } = this.#options;
    const { items } = await catalog.getEntities(
      {
        filter: { [`metadata.annotations.${this.#source.annotation}`]: id },
        fields: ['kind', 'metadata.name', 'metadata.namespace'],
      },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return items.map(item => stringifyEntityRef(item));
  }
}
