import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { stringifyError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  AGENT_KIND,
  AGENT_TYPE,
  type Agent,
  type DevartClient,
} from '@devart/plugin-devart-common';
import type { AuthoredAgent } from './AuthoredAgent';
import { Complaints } from './Complaints';
import { listAgents } from './listAgents';
import { OLDER_AGENT_KIND, OLDER_AGENT_TYPE } from './olderAgentEntities';
import { readAuthoredAgent } from './readAuthoredAgent';
import { readAuthoredEntities } from './readAuthoredEntities';
import { Refusals } from './Refusals';
import { AGENTS_LOCATION } from './toAgentEntity';

function isUpToDate(agent: Agent | undefined, said: AuthoredAgent): boolean {
  return (
    agent?.managedBy === 'catalog' &&
    agent.entityRef === said.entityRef &&
    agent.description === said.description &&
    agent.owner === said.owner &&
    (said.capabilities === undefined ||
      agent.capabilities.join() === said.capabilities.join())
  );
}

/**
 * The agents that catalog files describe. Compares them with the records of the
 * control plane and, where they differ, tells it what the files say.
 */
export class AuthoredAgents {
  readonly #options: {
    auth: AuthService;
    catalog: CatalogService;
    client: DevartClient;
    logger: LoggerService;
  };
  readonly #complaints: Complaints;

  constructor(options: {
    auth: AuthService;
    catalog: CatalogService;
    client: DevartClient;
    logger: LoggerService;
  }) {
    this.#options = options;
    this.#complaints = new Complaints(options.logger);
  }

  /**
   * Tells the control plane what the files say, where it does not know it yet,
   * and which agents no file describes any more.
   */
  async describe(signal?: AbortSignal): Promise<void> {
    const { client } = this.#options;
    const agents = await listAgents(client, { signal });
    const records = new Map(
      agents.map(agent => [agent.name.toLowerCase(), agent]),
    );
    const authored = await this.#read();
    const refusals = new Refusals();
    for (const [name, said] of authored) {
      const record = records.get(name);
      if (said && !isUpToDate(record, said)) {
        const capabilities = said.capabilities ?? record?.capabilities ?? [];
        await refusals.collect(said.entityRef, () =>
          client.agents.describe({ ...said, capabilities }, { signal }),
        );
      }
    }
    for (const [name, { id, managedBy, entityRef }] of records) {
      if (managedBy === 'catalog' && !authored.has(name)) {
        await refusals.collect(entityRef, () =>
          client.agents.undescribe({ id }, { signal }),
        );
      }
    }
    refusals.throwIfAny();
  }

  /**
   * What files say of agents, by name in lower case; undefined where it cannot
   * be taken over, since a slip in a file must not take the agent away.
   */
  async #read(): Promise<Map<string, AuthoredAgent | undefined>> {
    const complaints = this.#complaints;
    const entities = await readAuthoredEntities({
      ...this.#options,
      what: 'an agent',
      filter: [
        { kind: AGENT_KIND, 'spec.type': AGENT_TYPE },
        { kind: OLDER_AGENT_KIND, 'spec.type': OLDER_AGENT_TYPE },
      ],
      fields: ['kind', 'metadata', 'spec.owner'],
      location: AGENTS_LOCATION,
      complaints,
    });
    const authored = new Map<string, AuthoredAgent | undefined>();
    for (const [name, entity] of entities) {
      try {
        authored.set(name, readAuthoredAgent(entity));
      } catch (error) {
        authored.set(name, undefined);
        complaints.add(
          `What ${stringifyEntityRef(entity)} says is not taken over: ${stringifyError(error)}`,
        );
      }
    }
    complaints.tell();
    return authored;
  }
}
