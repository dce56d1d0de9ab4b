import type { UsageGroup } from '@devart/plugin-devart-common';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';
import type { Period } from './periodOf';

/** What narrows the use of services that is asked for. */
export interface UsageFilter extends Period {
  serviceId?: string;
  team?: string;
}

/** How a service or team did in one bucket of time. */
export interface UsageRow {
  /** Empty for what no team spent. */
  key: string;
  /** Which of the buckets, from 1. */
  bucket: number;
  cost: number;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  delegated: number;
}

const KEYS: Record<UsageGroup, string> = {
  service: 'e.service_id::text',
  team: `coalesce(e.team, '')`,
};

function conditionsOf(organizationId: string, filter: UsageFilter): Conditions {
  return new Conditions()
    .add('e.organization_id = ?', organizationId)
    .add('e.at >= ?', filter.from)
    .add('e.at < ?', filter.to)
    .narrow('e.service_id = ?', filter.serviceId)
    .narrow('e.team = ?', filter.team);
}

/** The SQL of how services were used. */
export class UsageStore {
  async usage(
    tx: Transaction,
    organizationId: string,
    filter: UsageFilter,
    options: { groupBy: UsageGroup; buckets: readonly Date[] },
  ): Promise<UsageRow[]> {
    const where = conditionsOf(organizationId, filter);
    return tx.rows<UsageRow>(
      `select ${KEYS[options.groupBy]} as key, width_bucket(e.at, ?::timestamptz[]) as bucket,
         sum(e.amount_micros)::double precision as cost, (count(*) filter (where e.kind <> 'correction'))::int as calls,
         coalesce(sum(e.input_tokens), 0)::double precision as input_tokens,
         coalesce(sum(e.output_tokens), 0)::double precision as output_tokens,
         (count(*) filter (where e.delegated_from <> '{}' and e.kind <> 'correction'))::int as delegated
       from ledger_entries e where ${where.sql} group by 1, 2`,
      [options.buckets, ...where.bindings],
    );
  }

  /** What is counted of each although nobody has said yet what it truly cost. */
  async suspense(
    tx: Transaction,
    organizationId: string,
    filter: UsageFilter,
    groupBy: UsageGroup,
  ): Promise<{ key: string; cost: number }[]> {
    const where = conditionsOf(organizationId, filter);
    return tx.rows(
      `select ${KEYS[groupBy]} as key, sum(e.amount_micros)::double precision as cost from ledger_entries e
       where ${where.sql} and e.kind = 'suspense' and not exists (select 1 from ledger_entries c
         where c.organization_id = e.organization_id and c.request_id = e.request_id || '#corrected')
       group by 1`,
      where.bindings,
    );
  }

  async serviceTitles(
    tx: Transaction,
    organizationId: string,
    ids: readonly string[],
  ): Promise<Map<string, string>> {
    const rows = await tx.rows<{ id: string; title: string }>(
      'select id, title from services where organization_id = ? and id = any(?::uuid[])',
      [organizationId, ids],
    );
    return new Map(rows.map(({ id, title }) => [id, title]));
  }
}
