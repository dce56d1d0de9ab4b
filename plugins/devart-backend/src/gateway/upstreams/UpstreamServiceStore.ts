import type { Prices } from './ServicePrices';
import type { Transaction } from '../../database/Transaction';

/** An upstream as a row of `services`. */
export interface UpstreamServiceRow {
  id: string;
  organizationId: string;
  name: string;
  title: string;
  prices: Prices;
}

/** What the configuration says of the service of an upstream. */
export interface ConfiguredService {
  organizationId: string;
  id: string;
  name: string;
  title: string;
  endpoint?: string;
  prices: Prices;
  onExhausted: 'delegate' | 'ask' | 'reject';
  fallback?: string;
}

/** The SQL of the services that upstreams are. */
export class UpstreamServiceStore {
  /** Makes a row agree with the configuration; whether it is switched on stays. */
  async provide(tx: Transaction, service: ConfiguredService): Promise<void> {
    await tx.run(
      `insert into services (id, organization_id, name, title, description, kind, endpoint, managed_by, prices,
         on_exhausted, created_by)
       values (?, ?, ?, ?, '', 'model', ?, 'config', ?, ?, ?)
       on conflict (organization_id, name) do update set title = excluded.title, kind = 'model',
         endpoint = excluded.endpoint, managed_by = 'config', prices = excluded.prices,
         on_exhausted = excluded.on_exhausted, updated_at = now(), version = services.version + 1
       where (services.title, services.kind, services.endpoint, services.managed_by, services.prices, services.on_exhausted)
         is distinct from (excluded.title, 'model', excluded.endpoint, 'config', excluded.prices, excluded.on_exhausted)`,
      [
        service.id,
        service.organizationId,
        service.name,
        service.title,
        service.endpoint ?? null,
        JSON.stringify(service.prices),
        service.onExhausted,
        tx.actor,
      ],
    );
  }

  /** Fallbacks refer to rows that must be there before. */
  async provideFallback(
    tx: Transaction,
    service: ConfiguredService,
  ): Promise<void> {
    await tx.run(
      `update services s set fallback_id = f.id, updated_at = now(), version = s.version + 1
       from (select (select id from services where organization_id = ? and name = ?) as id) f
       where s.organization_id = ? and s.name = ? and s.fallback_id is distinct from f.id`,
      [
        service.organizationId,
        service.fallback ?? null,
        service.organizationId,
        service.name,
      ],
    );
  }

  /** The services of upstreams, of all organisations. */
  async list(
    tx: Transaction,
    names: readonly string[],
  ): Promise<UpstreamServiceRow[]> {
    return tx.hotRows<UpstreamServiceRow>(
      `select id, organization_id as "organizationId", name, title, prices from services
       where managed_by = 'config' and kind = 'model' and name = any(?)`,
      [names],
    );
  }
}
