import type {
  ExhaustionRule,
  Prices,
  ServiceKind,
  ServiceStatus,
} from '@devart/plugin-devart-common';
import { assignments } from '../database/assignments';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** A service as it is stored, with what it falls back on. */
export interface ServiceRow {
  id: string;
  organization_id: string;
  name: string;
  title: string;
  description: string;
  kind: ServiceKind;
  endpoint: string | null;
  owner: string | null;
  entity_ref: string | null;
  managed_by: 'api' | 'config';
  prices: Prices;
  on_exhausted: ExhaustionRule;
  fallback_id: string | null;
  fallback_name: string | null;
  fallback_title: string | null;
  is_active: boolean;
  /** Since when the configuration describes it no longer. */
  absent_since: Date | null;
  status: ServiceStatus;
  suspended_at: Date | null;
  /** Nothing, too, when no end is known. */
  suspended_until: Date | null;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  version: number;
}

/** What a service is made of. */
export interface NewService {
  id: string;
  organizationId: string;
  name: string;
  title: string;
  description: string;
  kind: ServiceKind;
  endpoint?: string;
  owner?: string;
  entityRef?: string;
  managedBy: 'api' | 'config';
  prices: Prices;
  onExhausted: ExhaustionRule;
  fallbackId?: string;
}

/** What can be changed of a service: what is undefined stays, null takes away. */
export interface ServiceChange {
  title?: string;
  description?: string;
  endpoint?: string | null;
  owner?: string | null;
  entityRef?: string | null;
  prices?: Prices;
  onExhausted?: ExhaustionRule;
  fallbackId?: string | null;
  isActive?: boolean;
  managedBy?: 'api' | 'config';
  /** The configuration describes it again. */
  absentSince?: null;
}

/** What narrows a list of services. */
export interface ServiceFilter {
  kind?: ServiceKind;
  status?: readonly ServiceStatus[];
  entityRef?: string;
  text?: string;
  afterName?: string;
  limit: number;
}

const STATUS = `case when not s.is_active then 'inactive'
  when s.suspended_until > clock_timestamp() then 'suspended' else 'active' end`;

/** A suspension that is over is none. */
const SELECT = `
  select s.id, s.organization_id, s.name, s.title, s.description, s.kind, s.endpoint, s.owner, s.entity_ref, s.managed_by,
    s.prices, s.on_exhausted, s.fallback_id, f.name as fallback_name, f.title as fallback_title, s.is_active,
    s.absent_since,
    ${STATUS} as status,
    case when s.suspended_until > clock_timestamp() then s.suspended_at end as suspended_at,
    case when s.suspended_until > clock_timestamp() and isfinite(s.suspended_until) then s.suspended_until end as suspended_until,
    s.created_by, s.created_at, s.updated_at, s.version
  from services s left join services f on f.id = s.fallback_id`;

/** The services from one on by way of its fallbacks; one that comes again ends it. */
const CHAIN = `
  with recursive chain as (
    select s.id, s.fallback_id, 1 as place from services s where s.organization_id = ? and s.id = ?
    union all
    select s.id, s.fallback_id, c.place + 1 from chain c join services s on s.id = c.fallback_id where c.place < ?
  )
  select id from chain order by place`;

/** The SQL of services. */
export class ServiceStore {
  async find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<ServiceRow | undefined> {
    const [row] = await tx.rows<ServiceRow>(
      `${SELECT} where s.organization_id = ? and s.id = ?`,
      [organizationId, id],
    );
    return row;
  }

  async findByName(
    tx: Transaction,
    organizationId: string,
    name: string,
  ): Promise<ServiceRow | undefined> {
    const [row] = await tx.rows<ServiceRow>(
      `${SELECT} where s.organization_id = ? and s.name = ?`,
      [organizationId, name],
    );
    return row;
  }

  /** Services by name, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: ServiceFilter,
  ): Promise<ServiceRow[]> {
    const where = new Conditions()
      .add('s.organization_id = ?', organizationId)
      .narrow('s.kind = ?', filter.kind)
      .narrow(`${STATUS} = any(?::text[])`, filter.status)
      .narrow('s.entity_ref = ?', filter.entityRef)
      .narrow(
        `strpos(lower(s.name || ' ' || s.title || ' ' || s.description), lower(?)) > 0`,
        filter.text,
      )
      .narrow('s.name > ?', filter.afterName);
    return tx.rows<ServiceRow>(
      `${SELECT} where ${where.sql} order by s.name limit ?`,
      [...where.bindings, filter.limit + 1],
    );
  }

  async all(tx: Transaction, organizationId: string): Promise<ServiceRow[]> {
    return tx.rows<ServiceRow>(
      `${SELECT} where s.organization_id = ? order by s.name`,
      [organizationId],
    );
  }

  async insert(tx: Transaction, service: NewService): Promise<void> {
    await tx.run(
      `insert into services (id, organization_id, name, title, description, kind, endpoint, owner, entity_ref,
         managed_by, prices, on_exhausted, fallback_id, created_by)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        service.id,
        service.organizationId,
        service.name,
        service.title,
        service.description,
        service.kind,
        service.endpoint ?? null,
        service.owner ?? null,
        service.entityRef ?? null,
        service.managedBy,
        JSON.stringify(service.prices),
        service.onExhausted,
        service.fallbackId ?? null,
        tx.actor,
      ],
    );
  }

  async update(
    tx: Transaction,
    id: string,
    change: ServiceChange,
  ): Promise<void> {
    const set = assignments({
      title: change.title,
      description: change.description,
      endpoint: change.endpoint,
      owner: change.owner,
      entity_ref: change.entityRef,
      prices: change.prices && JSON.stringify(change.prices),
      on_exhausted: change.onExhausted,
      fallback_id: change.fallbackId,
      is_switched_on: change.isActive,
      managed_by: change.managedBy,
      absent_since: change.absentSince,
    });
    if (set) {
      await tx.run(
        `update services set ${set.sql}, updated_at = now(), version = version + 1 where id = ?`,
        [...set.bindings, id],
      );
    }
  }

  /** Takes down that the configuration describes no others than these; answers those that it described until now. */
  async markAbsent(
    tx: Transaction,
    organizationId: string,
    described: readonly string[],
  ): Promise<{ id: string; name: string; title: string }[]> {
    return tx.rows(
      `update services set absent_since = now(), updated_at = now(), version = version + 1
       where organization_id = ? and managed_by = 'config' and absent_since is null and id <> all(?::uuid[])
       returning id, name, title`,
      [organizationId, described],
    );
  }

  async remove(tx: Transaction, id: string): Promise<void> {
    await tx.run('delete from services where id = ?', [id]);
  }

  /** Whether it stands in the ledger, something is held back for it, or it is somebody's fallback. */
  async usesOf(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<{ charged: boolean; fallbackOf: string | undefined }> {
    const [row] = await tx.rows<{
      charged: boolean;
      fallback_of: string | null;
    }>(
      `select exists (select 1 from ledger_entries where organization_id = ? and service_id = ?)
           or exists (select 1 from budget_reservations where organization_id = ? and service_id = ?) as charged,
         (select name from services where fallback_id = ? limit 1) as fallback_of`,
      [organizationId, id, organizationId, id, id],
    );
    return {
      charged: row.charged,
      fallbackOf: row.fallback_of ?? undefined,
    };
  }

  /** Ids from a service on by way of its fallbacks, at most so many. */
  async chain(
    tx: Transaction,
    organizationId: string,
    id: string,
    most: number,
  ): Promise<string[]> {
    const rows = await tx.rows<{ id: string }>(CHAIN, [
      organizationId,
      id,
      most,
    ]);
    return rows.map(row => row.id);
  }

  /** How many services stand one behind the other before this one, at most so many. */
  async depthAbove(
    tx: Transaction,
    organizationId: string,
    id: string,
    most: number,
  ): Promise<number> {
    const [row] = await tx.rows<{ depth: number }>(
      `with recursive above as (
         select s.id, 1 as depth from services s where s.organization_id = ? and s.fallback_id = ?
         union all
         select s.id, a.depth + 1 from above a join services s on s.fallback_id = a.id where a.depth < ?
       )
       select coalesce(max(depth), 0)::int as depth from above`,
      [organizationId, id, most],
    );
    return row.depth;
  }

  /** Who changes fallbacks takes turns, so that no two make a cycle together. */
  async lockChains(tx: Transaction, organizationId: string): Promise<void> {
    await tx.run('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
      `services ${organizationId}`,
    ]);
  }

  /**
   * Ends the suspension of a service all of whose own budgets have room; answers
   * whether it did.
   */
  async resume(tx: Transaction, id: string): Promise<boolean> {
    const resumed = await tx.run(
      `update services s set suspended_at = null, suspended_until = null, updated_at = now(), version = version + 1
       where s.id = ? and s.suspended_at is not null and not exists (
         select 1 from budgets b join organizations o on o.id = b.organization_id
         where b.organization_id = s.organization_id and b.scope_kind = 'service' and b.scope_ref = s.id::text
           and b.limit_micros <= (select coalesce(sum(w.spent_micros + w.reserved_micros), 0) from budget_windows w
             where w.budget_id = b.id and w.starts_at = devart_window_start(b.period, clock_timestamp(), o.time_zone)))`,
      [id],
    );
    return resumed > 0;
  }
}
