import type {
  AuthService,
  LoggerService,
  SchedulerServiceTaskRunner,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { ResponseError, stringifyError } from '@backstage/errors';
import type {
  CatalogService,
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import type { EventParams, EventsService } from '@backstage/plugin-events-node';
import {
  ANNOTATION_AGENT_ID,
  type Agent,
  type DevartClient,
} from '@devart/plugin-devart-common';
import { listAgents } from './listAgents';
import { toAgentEntity } from './toAgentEntity';

/** Events after which an agent is described differently than before. */
const DESCRIBING_EVENTS = new Set([
  'agent.described',
  'agent.enrolled',
  'agent.registered',
  'agent.removed',
  'agent.undescribed',
  'agent.updated',
]);

/**
 * Keeps the agents that the control plane manages in the catalog: all of them
 * now and then, and each as soon as the control plane says that it changed.
 *
 * Agents that a catalog file describes are left to that file. Entities carry no
 * location key, so that a file that comes to describe an agent takes its entity
 * over.
 */
export class AgentEntityProvider implements EntityProvider {
  readonly #options: {
    auth: AuthService;
    catalog: CatalogService;
    client: DevartClient;
    defaultOwner: string;
    events: EventsService;
    logger: LoggerService;
    schedule: SchedulerServiceTaskRunner;
  };

  constructor(options: {
    auth: AuthService;
    catalog: CatalogService;
    client: DevartClient;
    /** Owner of agents that have none. */
    defaultOwner: string;
    events: EventsService;
    logger: LoggerService;
    schedule: SchedulerServiceTaskRunner;
  }) {
    this.#options = options;
  }

  getProviderName(): string {
    return 'devart-agents';
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    const { events, schedule } = this.#options;
    await schedule.run({
      id: this.getProviderName(),
      fn: signal => this.#refresh(connection, signal),
    });
    await events.subscribe({
      id: this.getProviderName(),
      topics: ['devart.agent'],
      onEvent: event => this.#onEvent(connection, event),
    });
  }

  async #refresh(
    connection: EntityProviderConnection,
    signal: AbortSignal,
  ): Promise<void> {
    const agents = await listAgents(this.#options.client, {
      managedBy: 'api',
      signal,
    });
    await connection.applyMutation({
      type: 'full',
      entities: agents.map(agent => ({
        entity: toAgentEntity(agent, this.#options),
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
      !DESCRIBING_EVENTS.has(String(topic))
    ) {
      return;
    }
    try {
      await this.#refreshOne(connection, subjectId);
    } catch (error) {
      this.#options.logger.warn(
        `Agent ${subjectId} will be up to date in the catalog with the next full round; it could not be read now: ${stringifyError(error)}`,
      );
    }
  }

  async #refreshOne(
    connection: EntityProviderConnection,
    id: string,
  ): Promise<void> {
    const agent = await this.#find(id);
    const entity =
      agent?.managedBy === 'api'
        ? toAgentEntity(agent, this.#options)
        : undefined;
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

  async #find(id: string): Promise<Agent | undefined> {
    try {
      return await this.#options.client.agents.get({ id });
    } catch (error) {
      if (error instanceof ResponseError && error.statusCode === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** The entities that this provider made of an agent. */
  async #entityRefsOf(id: string): Promise<string[]> {
    const { auth, catalog } = this.#options;
    const { items } = await catalog.getEntities(
      {
        filter: { [`metadata.annotations.${ANNOTATION_AGENT_ID}`]: id },
        fields: ['kind', 'metadata.name', 'metadata.namespace'],
      },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return items.map(item => stringifyEntityRef(item));
  }
}
