import { ConflictError, NotFoundError } from '@backstage/errors';
import type { Agent } from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { scopeOf, type KnownCaller, type MemberCaller } from '../access/Caller';
import {
  AGENT_KEY_PREFIX,
  createSecret,
  describeSecret,
} from '../access/secrets';
import type { ProvisionedAgent } from '../config/DevartConfig';
import type { AuthenticatedAgent } from '../access/AgentAuthenticator';
import type { Database } from '../database/Database';
import { violatedConstraint } from '../database/databaseErrors';
import type { Transaction } from '../database/Transaction';
import type { EventLog } from '../outbox/EventLog';
import { toAuthenticatedAgent, type AgentKeyring } from './AgentKeyring';
import type { AgentChange, AgentFilter, AgentStore } from './AgentStore';

/** An agent with a key that nobody can read again. */
export interface AgentWithKey {
  agent: Agent;
  key: string;
}

/** How an agent is described when it is made. */
export interface AgentDescription {
  name: string;
  description: string;
  owner?: string;
  capabilities: readonly string[];
  maxConcurrent: number;
}

/** Where an agent stands in the catalog. */
export function entityRefOfAgent(name: string): string {
  return `airesource:default/${name.toLowerCase()}`;
}

function nameTaken(name: string): ConflictError {
  return new ConflictError(`name: there is an agent named '${name}' already`);
}

/** Whether an agent is as somebody prepares it, and nothing has become of it yet. */
function isPrepared(agent: Agent, description: AgentDescription): boolean {
  return (
    agent.managedBy === 'api' &&
    agent.activation === 'pending' &&
    agent.description === description.description &&
    agent.owner === description.owner &&
    agent.maxConcurrent === description.maxConcurrent &&
    agent.capabilities.join() === description.capabilities.join()
  );
}

function agreesWith(
  agent: Agent,
  described: {
    description: string;
    owner?: string;
    capabilities: readonly string[];
    entityRef: string;
    maxConcurrent?: number;
  },
): boolean {
  return (
    agent.managedBy === 'catalog' &&
    agent.entityRef === described.entityRef &&
    agent.description === described.description &&
    agent.owner === described.owner &&
    agent.capabilities.join() === described.capabilities.join() &&
    (described.maxConcurrent === undefined ||
      agent.maxConcurrent === described.maxConcurrent)
  );
}

/** The registry of agents: who they are, what they can do, and with which keys they come. */
export class AgentsService {
  readonly #database: Database;
  readonly #store: AgentStore;
  readonly #keyring: AgentKeyring;
  readonly #events: EventLog;

  constructor(options: {
    database: Database;
    store: AgentStore;
    keyring: AgentKeyring;
    events: EventLog;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#keyring = options.keyring;
    this.#events = options.events;
  }

  /** @throws ConflictError when there is an agent of that name. */
  async register(
    caller: MemberCaller,
    description: AgentDescription,
  ): Promise<AgentWithKey> {
    return this.#database.inScope(scopeOf(caller), tx =>
      this.create(tx, caller.organizationId, description, 'active'),
    );
  }

  /**
   * Makes an agent without a key that waits for its activation. The same person
   * preparing the same agent again, while it has no key, finds it.
   *
   * @throws ConflictError when another agent has the name
   */
  async prepare(
    caller: MemberCaller,
    description: AgentDescription,
  ): Promise<Agent> {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const known = await this.#store.findByName(
        tx,
        organizationId,
        description.name,
      );
      if (!known) {
        const id = uuidv7();
        await this.#insert(tx, organizationId, {
          ...description,
          id,
          activation: 'pending',
        });
        await this.announce(
          tx,
          organizationId,
          { id, name: description.name },
          'agent.enrolled',
        );
        return this.find(tx, organizationId, id);
      }
      if (
        known.createdBy !== caller.actor ||
        !isPrepared(known, description) ||
        (await this.#store.hasKeys(tx, known.id))
      ) {
        throw nameTaken(description.name);
      }
      return known;
    });
  }

  async #insert(
    tx: Transaction,
    organizationId: string,
    agent: AgentDescription & { id: string; activation: 'active' | 'pending' },
  ): Promise<void> {
    try {
      await this.#store.insert(tx, {
        ...agent,
        organizationId,
        entityRef: entityRefOfAgent(agent.name),
        managedBy: 'api',
      });
    } catch (error) {
      throw violatedConstraint(error) === 'agents_name'
        ? nameTaken(agent.name)
        : error;
    }
  }

  /** Makes an agent with its first key inside a transaction. */
  async create(
    tx: Transaction,
    organizationId: string,
    description: AgentDescription,
    activation: 'active' | 'pending',
  ): Promise<AgentWithKey> {
    const { secret, hash, shownPrefix } = createSecret(AGENT_KEY_PREFIX);
    const adopted = await this.#adoptDescribed(
      tx,
      organizationId,
      description.name,
      activation,
    );
    const id = adopted ?? uuidv7();
    if (!adopted) {
      await this.#insert(tx, organizationId, {
        ...description,
        id,
        activation,
      });
    }
    await this.#store.insertKey(tx, {
      id: uuidv7(),
      organizationId,
      agentId: id,
      hash,
      shownPrefix,
    });
    await this.announce(
      tx,
      organizationId,
      { id, name: description.name },
      activation === 'pending' ? 'agent.enrolled' : 'agent.registered',
    );
    return { agent: await this.find(tx, organizationId, id), key: secret };
  }

  /**
   * An agent that so far only a catalog file describes is the one that is
   * registered under its name: it gets its key, and keeps what the file says.
   */
  async #adoptDescribed(
    tx: Transaction,
    organizationId: string,
    name: string,
    activation: 'active' | 'pending',
  ): Promise<string | undefined> {
    const known = await this.#store.findByName(tx, organizationId, name);
    if (
      known?.managedBy !== 'catalog' ||
      known.activation !== 'pending' ||
      (await this.#store.hasKeys(tx, known.id))
    ) {
      return undefined;
    }
    if (activation === 'active') {
      await this.#store.setActivation(tx, known.id, {
        activation,
        finishing: false,
      });
    }
    return known.id;
  }

  /**
   * Makes sure that a configured agent is there with its configured key, and
   * with no other.
   */
  async provision(
    organizationId: string,
    configured: ProvisionedAgent,
  ): Promise<void> {
    await this.#database.asSystem('system:configuration', async tx => {
      await this.#adoptDescribed(tx, organizationId, configured.name, 'active');
      const known = await this.#store.findByName(
        tx,
        organizationId,
        configured.name,
      );
      const id = known?.id ?? uuidv7();
      if (!known) {
        await this.#store.insert(tx, {
          ...configured,
          id,
          organizationId,
          entityRef: entityRefOfAgent(configured.name),
          managedBy: 'api',
          activation: 'active',
        });
        await this.announce(
          tx,
          organizationId,
          { id, name: configured.name },
          'agent.registered',
        );
      }
      const { hash, shownPrefix } = describeSecret(configured.key);
      await this.#store.replaceKeys(tx, {
        id: uuidv7(),
        organizationId,
        agentId: id,
        hash,
        shownPrefix,
      });
    });
    this.#keyring.forget();
  }

  async list(
    caller: MemberCaller,
    filter: AgentFilter,
  ): Promise<{ agents: Agent[]; more: boolean }> {
    const rows = await this.#database.inScope(scopeOf(caller), tx =>
      this.#store.list(tx, caller.organizationId, filter),
    );
    return {
      agents: rows.slice(0, filter.limit),
      more: rows.length > filter.limit,
    };
  }

  /** @throws NotFoundError */
  async get(caller: KnownCaller, id: string): Promise<Agent> {
    return this.#database.inScope(scopeOf(caller), tx =>
      this.find(tx, caller.organizationId, id),
    );
  }

  /** @throws NotFoundError */
  async find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<Agent> {
    const agent = await this.#store.find(tx, organizationId, id);
    if (!agent) {
      throw new NotFoundError(`There is no agent ${id}`);
    }
    return agent;
  }

  /**
   * @throws ConflictError when the agent has changed since `ifVersion`, or when
   * its description is kept in the catalog.
   */
  async update(
    caller: MemberCaller,
    id: string,
    change: AgentChange,
    ifVersion?: number,
  ): Promise<Agent> {
    return this.#database.inScope(scopeOf(caller), async tx => {
      const locked = await this.lock(tx, caller.organizationId, id);
      if (ifVersion !== undefined && ifVersion !== locked.version) {
        throw new ConflictError(
          `ifVersion: the agent has changed since version ${ifVersion}; it is at version ${locked.version}`,
        );
      }
      const described = (
        ['description', 'owner', 'capabilities'] as const
      ).filter(field => change[field] !== undefined);
      if (locked.managed_by === 'catalog' && described.length > 0) {
        throw new ConflictError(
          `${described.join(', ')}: kept in the catalog file of the agent, and changed there`,
        );
      }
      await this.#store.update(tx, id, change);
      await this.announce(
        tx,
        caller.organizationId,
        { id, name: locked.name },
        'agent.updated',
      );
      tx.afterCommit(() => this.#keyring.forget());
      return this.find(tx, caller.organizationId, id);
    });
  }

  /**
   * Makes the record of an agent agree with its catalog file. One that is not
   * there yet is made without a key and waits for its activation: whoever may
   * write a file may not thereby let an agent work.
   */
  async describe(
    caller: MemberCaller,
    described: Omit<AgentDescription, 'maxConcurrent'> & {
      entityRef: string;
      maxConcurrent?: number;
    },
  ): Promise<Agent> {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const known = await this.#store.findByName(
        tx,
        organizationId,
        described.name,
      );
      const id = known?.id ?? uuidv7();
      if (!known) {
        await this.#store.insert(tx, {
          ...described,
          id,
          organizationId,
          managedBy: 'catalog',
          activation: 'pending',
          maxConcurrent: described.maxConcurrent ?? 1,
        });
      } else if (!agreesWith(known, described)) {
        await this.#store.update(tx, id, {
          ...described,
          owner: described.owner ?? null,
          managedBy: 'catalog',
        });
      } else {
        return known;
      }
      await this.announce(
        tx,
        organizationId,
        { id, name: described.name },
        'agent.described',
      );
      tx.afterCommit(() => this.#keyring.forget());
      return this.find(tx, organizationId, id);
    });
  }

  /**
   * The catalog no longer describes the agent: it is edited here from now on.
   * One that never had a key was only a description, and goes with it.
   */
  async undescribe(caller: MemberCaller, id: string): Promise<Agent> {
    const { organizationId } = caller;
    return this.#database.inScope(scopeOf(caller), async tx => {
      const { name, managed_by: managedBy } = await this.lock(
        tx,
        organizationId,
        id,
      );
      const agent = await this.find(tx, organizationId, id);
      if (managedBy === 'catalog' && !(await this.#store.hasKeys(tx, id))) {
        await tx.elevated(() => this.#store.delete(tx, id));
        await this.announce(tx, organizationId, { id, name }, 'agent.removed');
        return agent;
      }
      if (managedBy === 'catalog') {
        await this.#store.update(tx, id, {
          managedBy: 'api',
          entityRef: entityRefOfAgent(name),
        });
        await this.announce(
          tx,
          organizationId,
          { id, name },
          'agent.undescribed',
        );
      }
      return this.find(tx, organizationId, id);
    });
  }

  /** Gives an agent a new key; the ones before end after the overlap. */
  async rotateKey(
    caller: MemberCaller,
    id: string,
    overlapSeconds: number,
  ): Promise<AgentWithKey> {
    const { secret, hash, shownPrefix } = createSecret(AGENT_KEY_PREFIX);
    const agent = await this.#database.inScope(scopeOf(caller), async tx => {
      const { name } = await this.lock(tx, caller.organizationId, id);
      await this.#store.expireKeys(tx, id, overlapSeconds);
      await this.#store.insertKey(tx, {
        id: uuidv7(),
        organizationId: caller.organizationId,
        agentId: id,
        hash,
        shownPrefix,
      });
      await this.announce(
        tx,
        caller.organizationId,
        { id, name },
        'agent.key-rotated',
      );
      return this.find(tx, caller.organizationId, id);
    });
    this.#keyring.forget();
    return { agent, key: secret };
  }

  /**
   * Locks an agent until the transaction ends.
   *
   * @throws NotFoundError
   */
  async lock(tx: Transaction, organizationId: string, id: string) {
    const locked = await this.#store.lock(tx, organizationId, id);
    if (!locked) {
      throw new NotFoundError(`There is no agent ${id}`);
    }
    return locked;
  }

  /** Decides whether an agent may work, as part of a transaction. */
  async setActivationIn(
    tx: Transaction,
    organizationId: string,
    id: string,
    change: { active: boolean; finishing: boolean; reason?: string },
  ): Promise<void> {
    const { active, finishing, reason } = change;
    await this.#store.awaitStops(tx, id);
    const { name } = await this.lock(tx, organizationId, id);
    await this.#store.setActivation(tx, id, {
      activation: active ? 'active' : 'inactive',
      finishing,
      reason: active ? undefined : reason,
    });
    await this.announce(
      tx,
      organizationId,
      { id, name },
      active ? 'agent.activated' : 'agent.deactivated',
      reason,
    );
    tx.afterCommit(() => this.#keyring.forget());
  }

  /** What the owners of some keys may do, by key; keys that are no longer valid are missing. */
  async standing(
    tx: Transaction,
    keyIds: readonly string[],
  ): Promise<ReadonlyMap<string, AuthenticatedAgent>> {
    const owners = await this.#store.findKeyOwners(tx, keyIds);
    return new Map(
      owners.map(row => [row.key_id, toAuthenticatedAgent(row)] as const),
    );
  }

  /** Removes an agent with its keys, as part of a transaction. */
  async removeIn(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<void> {
    const { name } = await this.lock(tx, organizationId, id);
    await this.#store.delete(tx, id);
    await this.announce(tx, organizationId, { id, name }, 'agent.removed');
    tx.afterCommit(() => this.#keyring.forget());
  }

  /** Stops all agents for a reason, or lets them go on, as part of a transaction. */
  async setHaltIn(
    tx: Transaction,
    organizationId: string,
    halt: { halted: boolean; reason: string },
  ): Promise<void> {
    await this.#store.awaitStops(tx, organizationId);
    await this.#store.halt(tx, organizationId, halt.halted ? halt : undefined);
    await this.#events.append(tx, [
      {
        organizationId,
        topic: halt.halted ? 'agents.halted' : 'agents.resumed',
        subject: {
          kind: 'organization',
          id: organizationId,
          name: 'all agents',
        },
        detail: halt.reason,
      },
    ]);
    tx.afterCommit(() => this.#keyring.forget());
  }

  /** Since when and why all agents are stopped; undefined when they are not. */
  async haltOf(tx: Transaction, organizationId: string) {
    return this.#store.findHalt(tx, organizationId);
  }

  async countByStatus(tx: Transaction, organizationId: string) {
    return this.#store.countByStatus(tx, organizationId);
  }

  /** How many agents could do a task that needs these capabilities, by status. */
  async countCapable(
    tx: Transaction,
    organizationId: string,
    capabilities: readonly string[],
  ) {
    return this.#store.countCapable(tx, organizationId, capabilities);
  }

  /** Of these capabilities, those that no agent that may work has. */
  async missingCapabilities(
    tx: Transaction,
    organizationId: string,
    capabilities: readonly string[],
  ) {
    return this.#store.missingCapabilities(tx, organizationId, capabilities);
  }

  /** Writes down that something happened to an agent. */
  async announce(
    tx: Transaction,
    organizationId: string,
    agent: { id: string; name: string },
    topic: `agent.${string}`,
    detail?: string,
  ): Promise<void> {
    await this.#events.append(tx, [
      { organizationId, topic, subject: { kind: 'agent', ...agent }, detail },
    ]);
  }
}
