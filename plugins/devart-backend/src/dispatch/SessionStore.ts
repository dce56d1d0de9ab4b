import type { Transaction } from '../database/Transaction';

/** The SQL of agents' sessions, which hold the leases of their tasks. */
export class SessionStore {
  /**
   * Begins or prolongs a session. Answers when its leases end; undefined when
   * the id is a session of somebody else.
   */
  async touch(
    tx: Transaction,
    session: {
      id: string;
      organizationId: string;
      agentId: string;
      leaseSeconds: number;
      software?: string;
    },
  ): Promise<Date | undefined> {
    const [row] = await tx.rows<{ expires_at: Date }>(
      `insert into agent_sessions (id, organization_id, agent_id, software, expires_at)
       values (?, ?, ?, ?, now() + make_interval(secs => ?::double precision))
       on conflict (id) do update set last_seen_at = now(), expires_at = excluded.expires_at,
         software = coalesce(excluded.software, agent_sessions.software)
       where agent_sessions.agent_id = excluded.agent_id
       returning expires_at`,
      [
        session.id,
        session.organizationId,
        session.agentId,
        session.software ?? null,
        session.leaseSeconds,
      ],
    );
    return row?.expires_at;
  }

  /** Of some sessions, those that have not ended. */
  async findAlive(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const rows = await tx.rows<{ id: string }>(
      'select id from agent_sessions where id = any(?::uuid[]) and expires_at > now()',
      [ids as string[]],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Ends sessions, remembering with their agents when they were last seen. */
  async end(tx: Transaction, ids: readonly string[]): Promise<void> {
    await tx.run(
      `with ended as (
         delete from agent_sessions where id = any(?::uuid[]) returning agent_id, last_seen_at, software
       ),
       latest as (
         select distinct on (agent_id) agent_id, last_seen_at, software from ended
         order by agent_id, last_seen_at desc
       )
       update agents set last_seen_at = greatest(agents.last_seen_at, latest.last_seen_at),
         software = coalesce(latest.software, agents.software)
       from latest where agents.id = latest.agent_id`,
      [ids],
    );
  }

  /** Locks sessions that were not heard of in time; what another replica sweeps is passed over. */
  async lockExpired(
    tx: Transaction,
    limit: number,
  ): Promise<
    {
      id: string;
      agent_id: string;
      organization_id: string;
      agent_name: string;
    }[]
  > {
    return tx.rows(
      `select s.id, s.agent_id, s.organization_id, a.name as agent_name
       from agent_sessions s join agents a on a.id = s.agent_id
       where s.expires_at < now() order by s.expires_at limit ? for update of s skip locked`,
      [limit],
    );
  }

  /** Whether an agent has other sessions than these. */
  async hasOthers(
    tx: Transaction,
    agentId: string,
    ids: readonly string[],
  ): Promise<boolean> {
    const rows = await tx.rows(
      'select 1 from agent_sessions where agent_id = ? and id <> all(?::uuid[]) limit 1',
      [agentId, ids],
    );
    return rows.length > 0;
  }

  /** Ends all sessions of an agent, or of a whole organisation. */
  async endAll(
    tx: Transaction,
    of: { agentId: string } | { organizationId: string },
  ): Promise<void> {
    const rows = await tx.rows<{ id: string }>(
      'agentId' in of
        ? 'select id from agent_sessions where agent_id = ? for update'
        : 'select id from agent_sessions where organization_id = ? for update',
      ['agentId' in of ? of.agentId : of.organizationId],
    );
    await this.end(
      tx,
      rows.map(row => row.id),
    );
  }
}
