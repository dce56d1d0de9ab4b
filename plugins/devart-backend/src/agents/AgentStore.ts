import type { Agent, AgentStatus } from '@devart/plugin-devart-common';
import { assignments } from '../database/assignments';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';
import { stopLockOf } from './stopLockOf';

/** A row of `agents` with what is live about it. */
interface AgentRow {
  id: string;
  organization_id: string;
  name: string;
  description: string;
  owner: string | null;
  entity_ref: string;
  managed_by: 'api' | 'catalog';
  capabilities: string[];
  activation: Agent['activation'];
  status: AgentStatus;
  status_reason: string | null;
  halted_reason: string | null;
  max_concurrent: number;
  allowed_models: string[] | null;
  running: number;
  software: string | null;
  last_seen_at: Date | null;
  keys: {
    prefix: string;
    createdAt: string;
    expiresAt: string | null;
    lastUsedAt: string | null;
  }[];
  created_by: string;
  created_at: Date;
  updated_at: Date;
  version: number;
}

/** What identifies and describes a new agent. */
export interface NewAgent {
  id: string;
  organizationId: string;
  name: string;
  description: string;
  owner?: string;
  entityRef: string;
  managedBy: 'api' | 'catalog';
  capabilities: readonly string[];
  activation: Agent['activation'];
  maxConcurrent: number;
}

/** A key to be kept: its hash and what may be shown of it. */
export interface NewAgentKey {
  id: string;
  organizationId: string;
  agentId: string;
  hash: Buffer;
  shownPrefix: string;
}

/** What narrows a list of agents. */
export interface AgentFilter {
  ids?: readonly string[];
  status?: readonly string[];
  capability?: string;
  owner?: string;
  entityRef?: string;
  managedBy?: 'api' | 'catalog';
  text?: string;
  /** Names after this one, in lower case. */
  afterName?: string;
  limit: number;
}

/** What can be changed of an agent; what is undefined stays. */
export interface AgentChange {
  description?: string;
  owner?: string | null;
  capabilities?: readonly string[];
  maxConcurrent?: number;
  allowedModels?: readonly string[] | null;
  entityRef?: string;
  managedBy?: 'api' | 'catalog';
}

/** What a key tells about its agent. */
export interface KeyOwnerRow {
  key_id: string;
  agent_id: string;
  organization_id: string;
  name: string;
  capabilities: string[];
  max_concurrent: number;
  allowed_models: string[] | null;
  activation: Agent['activation'];
  finishing: boolean;
  status_reason: string | null;
  halted: boolean;
  halted_reason: string | null;
}

const SELECT_KEY_OWNER = `
  select k.id as key_id, a.id as agent_id, a.organization_id, a.name, a.capabilities, a.max_concurrent,
    a.allowed_models, a.activation, a.finishing, a.status_reason,
    o.agents_halted_at is not null as halted, o.agents_halted_reason as halted_reason
  from agent_keys k
  join agents a on a.id = k.agent_id
  join organizations o on o.id = a.organization_id
  where (k.expires_at is null or k.expires_at > now())`;

const SELECT_AGENT = `
  select a.id, a.organization_id, a.name, a.description, a.owner, a.entity_ref, a.managed_by, a.capabilities,
    a.activation, l.status, a.status_reason, o.agents_halted_reason as halted_reason, a.max_concurrent,
    a.allowed_models, l.running, l.software, l.last_seen_at, a.created_by, a.created_at, a.updated_at, a.version,
    coalesce(k.keys, '[]') as keys
  from agents a
  join agent_live l on l.agent_id = a.id
  join organizations o on o.id = a.organization_id
  left join lateral (
    select json_agg(json_build_object('prefix', prefix, 'createdAt', created_at,
      'expiresAt', expires_at, 'lastUsedAt', last_used_at) order by created_at desc) as keys
    from agent_keys where agent_id = a.id and (expires_at is null or expires_at > now())
  ) k on true`;

function instant(value: string | null): string | undefined {
  return value === null ? undefined : new Date(value).toISOString();
}

function toAgent(row: AgentRow): Agent {
  const reason =
    row.status === 'halted' ? row.halted_reason : row.status_reason;
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    owner: row.owner ?? undefined,
    entityRef: row.entity_ref,
    managedBy: row.managed_by,
    capabilities: row.capabilities,
    activation: row.activation,
    status: row.status,
    statusReason: reason ?? undefined,
    maxConcurrent: row.max_concurrent,
    runningTasks: row.running,
    allowedModels: row.allowed_models ?? undefined,
    lastSeenAt: row.last_seen_at?.toISOString(),
    software: row.software ?? undefined,
    keys: row.keys.map(key => ({
      prefix: key.prefix,
      createdAt: instant(key.createdAt)!,
      expiresAt: instant(key.expiresAt),
      lastUsedAt: instant(key.lastUsedAt),
    })),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    version: row.version,
  };
}

/** The SQL of agents, their keys and their enrolment. */
export class AgentStore {
  async insert(tx: Transaction, agent: NewAgent): Promise<void> {
    await tx.run(
      `insert into agents (id, organization_id, name, description, owner, entity_ref, managed_by,
         capabilities, activation, max_concurrent, created_by)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        agent.id,
        agent.organizationId,
        agent.name,
        agent.description,
        agent.owner ?? null,
        agent.entityRef,
        agent.managedBy,
        agent.capabilities,
        agent.activation,
        agent.maxConcurrent,
        tx.actor,
      ],
    );
  }

  async find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<Agent | undefined> {
    const [row] = await tx.rows<AgentRow>(
      `${SELECT_AGENT} where a.organization_id = ? and a.id = ?`,
      [organizationId, id],
    );
    return row && toAgent(row);
  }

  async findByName(
    tx: Transaction,
    organizationId: string,
    name: string,
  ): Promise<Agent | undefined> {
    const [row] = await tx.rows<AgentRow>(
      `${SELECT_AGENT} where a.organization_id = ? and lower(a.name) = lower(?)`,
      [organizationId, name],
    );
    return row && toAgent(row);
  }

  /** Agents by name, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: AgentFilter,
  ): Promise<Agent[]> {
    const where = new Conditions()
      .add('a.organization_id = ?', organizationId)
      .narrow('a.id = any(?)', filter.ids)
      .narrow('l.status = any(?)', filter.status)
      .narrow('? = any(a.capabilities)', filter.capability)
      .narrow('a.owner = ?', filter.owner)
      .narrow('lower(a.entity_ref) = lower(?)', filter.entityRef)
      .narrow('a.managed_by = ?', filter.managedBy)
      .narrow(
        '(strpos(lower(a.name), lower(?)) > 0 or strpos(lower(a.description), lower(?)) > 0)',
        filter.text,
      )
      .narrow('lower(a.name) > ?', filter.afterName);
    const rows = await tx.rows<AgentRow>(
      `${SELECT_AGENT} where ${where.sql} order by lower(a.name) limit ?`,
      [...where.bindings, filter.limit + 1],
    );
    return rows.map(toAgent);
  }

  /** Locks an agent until the transaction ends; answers its version and who manages it. */
  async lock(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<
    { version: number; name: string; managed_by: 'api' | 'catalog' } | undefined
  > {
    const [row] = await tx.rows<{
      version: number;
      name: string;
      managed_by: 'api' | 'catalog';
    }>(
      'select version, name, managed_by from agents where organization_id = ? and id = ? for update',
      [organizationId, id],
    );
    return row;
  }

  /** Waits for those who hold stops of an agent or an organisation, and keeps new ones waiting. */
  async awaitStops(tx: Transaction, id: string): Promise<void> {
    await tx.rows('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
      stopLockOf(id),
    ]);
  }

  /** Whether an agent ever had a key that was not removed. */
  async hasKeys(tx: Transaction, id: string): Promise<boolean> {
    const rows = await tx.rows(
      'select 1 from agent_keys where agent_id = ? limit 1',
      [id],
    );
    return rows.length > 0;
  }

  async update(tx: Transaction, id: string, change: AgentChange) {
    const set = assignments({
      description: change.description,
      owner: change.owner,
      capabilities: change.capabilities,
      max_concurrent: change.maxConcurrent,
      allowed_models: change.allowedModels,
      entity_ref: change.entityRef,
      managed_by: change.managedBy,
    });
    if (set) {
      await tx.run(
        `update agents set ${set.sql}, updated_at = now(), version = version + 1 where id = ?`,
        [...set.bindings, id],
      );
    }
  }

  async setActivation(
    tx: Transaction,
    id: string,
    change: {
      activation: Agent['activation'];
      finishing: boolean;
      reason?: string;
    },
  ): Promise<void> {
    await tx.run(
      `update agents set activation = ?, finishing = ?, status_reason = ?,
         updated_at = now(), version = version + 1 where id = ?`,
      [change.activation, change.finishing, change.reason ?? null, id],
    );
  }

  async delete(tx: Transaction, id: string): Promise<number> {
    return tx.run('delete from agents where id = ?', [id]);
  }

  async insertKey(tx: Transaction, key: NewAgentKey): Promise<void> {
    await tx.run(
      `insert into agent_keys (id, organization_id, agent_id, key_hash, prefix, created_by)
       values (?, ?, ?, ?, ?, ?)`,
      [
        key.id,
        key.organizationId,
        key.agentId,
        key.hash,
        key.shownPrefix,
        tx.actor,
      ],
    );
  }

  /** Lets all keys of an agent end after so many seconds, those that end sooner excepted. */
  async expireKeys(
    tx: Transaction,
    agentId: string,
    afterSeconds: number,
  ): Promise<void> {
    await tx.run(
      `update agent_keys set expires_at = least(expires_at, now() + make_interval(secs => ?::double precision))
       where agent_id = ?`,
      [afterSeconds, agentId],
    );
  }

  /** Makes the key the only one of its agent, unless it is that already. */
  async replaceKeys(tx: Transaction, key: NewAgentKey): Promise<boolean> {
    const [known] = await tx.rows(
      'select 1 from agent_keys where key_hash = ? and agent_id = ? and expires_at is null',
      [key.hash, key.agentId],
    );
    if (known) {
      return false;
    }
    await tx.run('delete from agent_keys where agent_id = ? or key_hash = ?', [
      key.agentId,
      key.hash,
    ]);
    await this.insertKey(tx, key);
    return true;
  }

  /** Whose key it is; undefined when it is nobody's or has ended. */
  async findKeyOwner(
    tx: Transaction,
    hash: Buffer,
  ): Promise<KeyOwnerRow | undefined> {
    const [row] = await tx.rows<KeyOwnerRow>(
      `${SELECT_KEY_OWNER} and k.key_hash = ?`,
      [hash],
    );
    return row;
  }

  /** The owners of those of some keys that are valid. */
  async findKeyOwners(
    tx: Transaction,
    keyIds: readonly string[],
  ): Promise<KeyOwnerRow[]> {
    return tx.rows<KeyOwnerRow>(
      `${SELECT_KEY_OWNER} and k.id = any(?::uuid[])`,
      [keyIds as string[]],
    );
  }

  async markKeysUsed(tx: Transaction, ids: readonly string[]): Promise<void> {
    await tx.run(
      'update agent_keys set last_used_at = now() where id = any(?::uuid[])',
      [ids],
    );
  }

  async halt(
    tx: Transaction,
    organizationId: string,
    halt: { reason: string } | undefined,
  ): Promise<void> {
    await tx.run(
      `update organizations set
         agents_halted_at = case when ?::text is null then null else now() end,
         agents_halted_by = case when ?::text is null then null else ? end,
         agents_halted_reason = ?
       where id = ?`,
      [
        halt?.reason ?? null,
        halt?.reason ?? null,
        tx.actor,
        halt?.reason ?? null,
        organizationId,
      ],
    );
  }

  async findHalt(
    tx: Transaction,
    organizationId: string,
  ): Promise<{ at: Date; by: string; reason: string } | undefined> {
    const [row] = await tx.rows<{
      at: Date | null;
      by: string;
      reason: string;
    }>(
      `select agents_halted_at as at, agents_halted_by as by, agents_halted_reason as reason
       from organizations where id = ?`,
      [organizationId],
    );
    return row?.at ? { ...row, at: row.at } : undefined;
  }

  /** Counts agents by status. */
  async countByStatus(
    tx: Transaction,
    organizationId: string,
  ): Promise<Partial<Record<AgentStatus, number>>> {
    const rows = await tx.rows<{ status: AgentStatus; count: number }>(
      `select l.status, count(*)::int as count from agents a join agent_live l on l.agent_id = a.id
       where a.organization_id = ? group by l.status`,
      [organizationId],
    );
    return Object.fromEntries(rows.map(row => [row.status, row.count]));
  }

  /** How many agents could do a task that needs these capabilities, by status. */
  async countCapable(
    tx: Transaction,
    organizationId: string,
    capabilities: readonly string[],
  ): Promise<Partial<Record<AgentStatus, number>>> {
    const rows = await tx.rows<{ status: AgentStatus; count: number }>(
      `select l.status, count(*)::int as count from agents a join agent_live l on l.agent_id = a.id
       where a.organization_id = ? and a.capabilities @> ?::text[] group by l.status`,
      [organizationId, capabilities],
    );
    return Object.fromEntries(rows.map(row => [row.status, row.count]));
  }

  /** Of these capabilities, those that no agent that may work has. */
  async missingCapabilities(
    tx: Transaction,
    organizationId: string,
    capabilities: readonly string[],
  ): Promise<string[]> {
    const rows = await tx.rows<{ capability: string }>(
      `select capability from unnest(?::text[]) as capability
       where not exists (select 1 from agents
         where organization_id = ? and activation = 'active' and capability = any(capabilities))
       order by capability`,
      [capabilities, organizationId],
    );
    return rows.map(row => row.capability);
  }
}
