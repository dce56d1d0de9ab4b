import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Organizations } from '../access/Organizations';
import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { Outbox } from '../outbox/Outbox';
import { AgentKeyring } from './AgentKeyring';
import { AgentsService } from './AgentsService';
import { AgentStore } from './AgentStore';
import { EnrolmentService } from './EnrolmentService';
import { EnrolmentStore } from './EnrolmentStore';
import { createAgentHandlers, type RegistryHandlers } from './operations';

/** What the registry of agents is built on. */
export interface AgentsOptions {
  config: Pick<DevartConfig, 'provisionedAgents'>;
  database: Database;
  organizations: Organizations;
  outbox: Outbox;
  logger: LoggerService;
}

/** The registry of agents, put together. */
export class Agents implements Part {
  /** Builds it, and provides the agents that the configuration names. */
  static async create(options: AgentsOptions): Promise<Agents> {
    const agents = new Agents(options);
    for (const agent of options.config.provisionedAgents) {
      await agents.service.provision(options.organizations.first.id, agent);
    }
    return agents;
  }

  readonly service: AgentsService;
  readonly keyring: AgentKeyring;
  /** Of the operations on agents, those that concern the registry alone. */
  readonly handlers: RegistryHandlers;
  readonly background: readonly Loop[];

  private constructor(options: AgentsOptions) {
    const { database, logger } = options;
    const store = new AgentStore();
    this.keyring = new AgentKeyring({ database, store, logger });
    this.service = new AgentsService({
      database,
      store,
      keyring: this.keyring,
      events: options.outbox.events,
    });
    this.handlers = createAgentHandlers({
      agents: this.service,
      enrolment: new EnrolmentService({
        database,
        store: new EnrolmentStore(),
        agents: this.service,
      }),
    });
    this.background = [this.keyring.loop];
  }
}
