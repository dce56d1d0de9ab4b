import type { Agent } from '@devart/plugin-devart-common';
import { stopLockOf } from '../agents/stopLockOf';
import type { Transaction } from '../database/Transaction';
import type { CapabilityLimit } from '../tasks/QueueStore';

/** Who claims, and how much. */
export interface Claimant {
  agentId: string;
  agentName: string;
  sessionId: string;
  max: number;
  /** The most that the agent may hold at once. */
  maxConcurrent: number;
  /** The most that the session may hold at once. */
  hold: number;
  /** How many seconds of its session must be left. */
  seconds: number;
}

/** Claims of agents that can do the same. */
export interface ClaimGroup {
  organizationId: string;
  capabilities: readonly string[];
  /** An agent comes once. */
  claimants: readonly Claimant[];
  /** Only these tasks. */
  taskIds?: readonly string[];
  /** Those of the organisation's limits that concern what the agents can do. */
  limits: readonly CapabilityLimit[];
  /** Types of tasks from whose end something follows in the same transaction. */
  hookedTypes: readonly string[];
}

/** A task as its agent receives it, or nothing but how a claim went. */
export type ClaimedRow = {
  /** Of the claimant in its group, from 1. */
  position: number;
  /** What the session could still hold. */
  room: number;
  activation: Agent['activation'] | null;
  halted: boolean;
  stop_reason: string | null;
  /** Null when the session is not the agent's, or ends too soon. */
  expires_at: Date | null;
} & (
  | { id: null }
  | {
      id: string;
      attempt: number;
      title: string;
      description: string;
      type: string;
      priority: number;
      capabilities: string[];
      entity_ref: string | null;
      parent_id: string | null;
      input: Record<string, unknown>;
      max_attempts: number;
      traceparent: string | null;
      /** From the moment it could be claimed until now. */
      waited_seconds: number;
    }
);

const LOCK = `
  select
    (select count(*) from unnest(?::text[]) s cross join lateral pg_advisory_xact_lock_shared(hashtextextended(s, 0))),
    (select count(*) from unnest(?::text[]) t cross join lateral pg_advisory_xact_lock(hashtextextended(t, 0)))`;

/** Who claims with a session of its own and is not stopped, and how much it may still hold. */
const PLACES = `
  placed as (
    select a.position, a.agent_id, a.agent_name, a.session_id, g.activation, g.halted, g.stop_reason, s.expires_at, room.places as room,
      case when g.activation = 'active' and not g.halted and s.expires_at is not null
        then least(a.most, room.places) else 0 end as places
    from unnest(?::uuid[], ?::text[], ?::uuid[], ?::int[], ?::int[], ?::int[], ?::double precision[])
      with ordinality as a (agent_id, agent_name, session_id, most, max_concurrent, hold, seconds, position)
    left join lateral (
      select g.activation, o.agents_halted_at is not null as halted,
        coalesce(o.agents_halted_reason, g.status_reason) as stop_reason
      from agents g join organizations o on o.id = g.organization_id where g.id = a.agent_id limit 1
    ) g on true
    left join lateral (
      select expires_at from agent_sessions
      where id = a.session_id and agent_id = a.agent_id and expires_at > now() + make_interval(secs => a.seconds) limit 1
    ) s on true
    cross join lateral (
      select greatest(0, least(a.max_concurrent - count(*), a.hold - count(*) filter (where l.session_id = a.session_id)))::int as places
      from task_leases l where l.agent_id = a.agent_id
    ) room
  ),
  lined as (
    select *, sum(places) over (order by position) as up_to from placed
  )`;

/**
 * The heads of the sets of capabilities that the agents cover, most urgent
 * first, and no more than they may still hold together.
 *
 * The agents' capabilities are turned into the numbers of the sets that they
 * cover, and the head of the index is read for each set. Filtering rows by
 * `required <@ mine` instead would read past everything of higher priority
 * that the agents cannot do: 122 claims a second instead of 7,700 with 100,000
 * such tasks ahead.
 */
function headsOf(group: ClaimGroup): string {
  return `
    sets as (
      select id, capabilities from capability_sets where organization_id = ? and capabilities <@ ?::text[]
    ),
    heads as (
      select head.place_id, head.task_id, head.sort_key, sets.capabilities from sets cross join lateral (
        select q.ctid as place_id, q.task_id, q.sort_key from task_queue q
        where q.ready and q.capability_set_id = sets.id ${group.taskIds ? 'and q.task_id = any(?::uuid[])' : ''}
        order by q.sort_key, q.task_id limit (select max(up_to) from lined) for update skip locked
      ) head
    )`;
}

/**
 * What of the heads is taken. Where capabilities have a limit, each task counts
 * against every limit that it asks for, in the order of the queue; one that is
 * beyond any of them stays.
 */
function pickedOf(group: ClaimGroup): string {
  const picked = (condition: string) => `
    picked as (
      select place_id, task_id, capabilities, row_number() over (order by sort_key, task_id) as place from heads ${condition}
      order by sort_key, task_id limit (select max(up_to) from lined)
    )`;
  return group.limits.length === 0
    ? picked('')
    : `free as (
      select l.capability, l.most - (
        select count(*) from task_leases r join capability_sets s on s.id = r.capability_set_id
        where r.organization_id = ? and l.capability = any(s.capabilities)) as places
      from unnest(?::text[], ?::int[]) as l (capability, most)
    ),
    beyond as (
      select task_id from (
        select h.task_id, f.places,
          row_number() over (partition by f.capability order by h.sort_key, h.task_id) as position
        from heads h join free f on f.capability = any(h.capabilities)) counted
      where position > places
    ),
    ${picked('where task_id not in (select task_id from beyond)')}`;
}

/**
 * The planner expects a tenth of the queue from a limit that it does not know,
 * and would read all of `tasks` to join that. Array and lateral leave it no way
 * but the keys: the 99th percentile of claims was 4.7 times higher with 50,000
 * tasks than with 1,000 before. Places are left by where their rows lie, which
 * took 1.2 ms for 500 of them instead of 4.9 over their key.
 */
function claimStatement(group: ClaimGroup): string {
  return `with ${PLACES},
    ${headsOf(group)},
    ${pickedOf(group)},
    taken as (
      delete from task_queue where ctid = any (array(select place_id from picked))
      returning task_id, available_at
    ),
    started as (
      select t.id, t.organization_id, t.attempt, t.capability_set_id, t.run_step_id, t.created_by, t.title, t.description,
        t.type, t.priority, t.entity_ref, t.parent_id, t.input, t.max_attempts, t.traceparent,
        l.position, l.agent_id, l.agent_name, l.session_id, p.place, p.capabilities, taken.available_at
      from taken
      join picked p on p.task_id = taken.task_id
      join lined l on p.place > l.up_to - l.places and p.place <= l.up_to
      cross join lateral (select * from tasks where id = taken.task_id limit 1) t
    ),
    leased as (
      insert into task_leases
        (task_id, organization_id, agent_id, agent_name, session_id, attempt, capability_set_id, hooked, created_by)
      select id, organization_id, agent_id, agent_name, session_id, attempt + 1, capability_set_id,
        run_step_id is not null or type = any(?::text[]), created_by
      from started
    )
    select l.position::int, l.room, l.activation, l.halted, l.stop_reason, l.expires_at,
      s.id, s.attempt + 1 as attempt, s.title, s.description, s.type, s.priority, s.capabilities, s.entity_ref,
      s.parent_id, s.input, s.max_attempts, s.traceparent,
      extract(epoch from clock_timestamp() - s.available_at)::double precision as waited_seconds
    from lined l left join started s on s.position = l.position order by s.place`;
}

/** The SQL of claims, in which agents, their sessions, the queue and the leases meet. */
export class ClaimStore {
  /**
   * Keeps agents from being stopped until the transaction ends, without waiting
   * for others who do the same, and lets claims of an agent take turns, so that
   * they see each other's leases; where limits of capabilities concern them,
   * also with claims of all agents that they concern. Sent ahead of the claims,
   * which see what was committed before the locks were had.
   */
  async lock(tx: Transaction, groups: readonly ClaimGroup[]): Promise<void> {
    const distinct = (names: string[]) => [...new Set(names)].sort();
    const agents = groups.flatMap(({ claimants }) =>
      claimants.map(({ agentId }) => agentId),
    );
    const organizations = groups.map(({ organizationId }) => organizationId);
    const limited = groups.filter(({ limits }) => limits.length > 0);
    await tx.hotRows(LOCK, [
      distinct([...organizations, ...agents].map(stopLockOf)),
      [
        ...distinct(agents.map(id => `devart claim ${id}`)),
        ...distinct(
          limited.map(
            ({ organizationId }) => `devart limits ${organizationId}`,
          ),
        ),
      ],
    ]);
  }

  /**
   * Hands out queued tasks that need no more than the agents can do, most urgent
   * first and to the first of them first: each moves from the queue to the
   * leases, and nothing else is written. Answers one row or more for each claimant.
   */
  async claim(tx: Transaction, group: ClaimGroup): Promise<ClaimedRow[]> {
    const { claimants, organizationId, taskIds, limits } = group;
    return tx.hotRows<ClaimedRow>(claimStatement(group), [
      claimants.map(({ agentId }) => agentId),
      claimants.map(({ agentName }) => agentName),
      claimants.map(({ sessionId }) => sessionId),
      claimants.map(({ max }) => max),
      claimants.map(({ maxConcurrent }) => maxConcurrent),
      claimants.map(({ hold }) => hold),
      claimants.map(({ seconds }) => seconds),
      organizationId,
      group.capabilities,
      ...(taskIds ? [taskIds] : []),
      ...(limits.length > 0
        ? [
            organizationId,
            limits.map(({ capability }) => capability),
            limits.map(({ most }) => most),
          ]
        : []),
      group.hookedTypes,
    ]);
  }
}
