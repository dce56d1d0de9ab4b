import {
  BUDGET_WARNING_SHARE,
  type BudgetAlertKind,
  type BudgetPeriod,
  type BudgetScope,
} from '@devart/plugin-devart-common';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';
import { scopeNameSql } from './scopeNameSql';

/** An alert as it is stored, with what its subject is called. */
export interface AlertRow {
  id: string;
  organization_id: string;
  kind: BudgetAlertKind;
  subject_id: string;
  detail: {
    /** Of budgets: what they limit and how far they are. */
    scopeKind?: BudgetScope;
    scopeRef?: string;
    period?: BudgetPeriod;
    limitMicros?: number;
    spentMicros?: number;
    /** Of forecasts. */
    expectedAt?: string;
    probability?: number;
    /** Of delegations: the service that pays. */
    to?: string;
  };
  at: Date;
  /** Of budgets: what they limit, by its name; nothing when that is there no more. */
  scope_name: string | null;
  service_name: string | null;
  service_title: string | null;
  /** Of delegations. */
  to_title: string | null;
  suspended_until: Date | null;
}

const SCOPE_NAME = scopeNameSql({
  kind: `a.detail ->> 'scopeKind'`,
  ref: `a.detail ->> 'scopeRef'`,
  organization: 'a.organization_id',
});

const SELECT = `
  select a.id, a.organization_id, a.kind, a.subject_id, a.detail, a.at, ${SCOPE_NAME} as scope_name, s.name as service_name, s.title as service_title,
    d.title as to_title, case when isfinite(s.suspended_until) then s.suspended_until end as suspended_until
  from budget_alerts a
  left join services s on s.id = a.subject_id
  left join services d on d.id = (a.detail ->> 'to')::uuid`;

/**
 * Tells of budgets that have reached a part of their limit in the window of
 * now. The unique key of alerts makes it once a window, whoever looks.
 */
const RAISE = `
  insert into budget_alerts (organization_id, kind, subject_id, occasion, detail)
  select b.organization_id, k.kind, b.id, n.starts_at, jsonb_strip_nulls(jsonb_build_object('scopeKind', b.scope_kind,
    'scopeRef', nullif(b.scope_ref, ''), 'period', b.period, 'limitMicros', b.limit_micros, 'spentMicros', w.spent))
  from budgets b
  join organizations o on o.id = b.organization_id
  cross join lateral (select devart_window_start(b.period, clock_timestamp(), o.time_zone) as starts_at) n
  cross join lateral (select sum(x.spent_micros) as spent from budget_windows x
    where x.budget_id = b.id and x.starts_at = n.starts_at) w
  cross join lateral (values ('threshold', w.spent >= b.limit_micros * ?::numeric),
    ('exhausted', w.spent >= b.limit_micros or b.id = any(?::uuid[]))) k (kind, due)
  where b.limit_micros > 0 and k.due
    and not exists (select 1 from budget_alerts a where a.subject_id = b.id and a.kind = k.kind and a.occasion = n.starts_at)
  on conflict (subject_id, kind, occasion) do nothing`;

const RAISE_FORECAST = `
  insert into budget_alerts (organization_id, kind, subject_id, occasion, detail)
  select b.organization_id, 'forecast', b.id, n.starts_at, jsonb_strip_nulls(jsonb_build_object('scopeKind', b.scope_kind,
    'scopeRef', nullif(b.scope_ref, ''), 'period', b.period, 'limitMicros', b.limit_micros, 'spentMicros', w.spent,
    'expectedAt', ?::text, 'probability', ?::double precision))
  from budgets b
  join organizations o on o.id = b.organization_id
  cross join lateral (select devart_window_start(b.period, clock_timestamp(), o.time_zone) as starts_at) n
  cross join lateral (select sum(x.spent_micros) as spent from budget_windows x
    where x.budget_id = b.id and x.starts_at = n.starts_at) w
  where b.id = ? on conflict (subject_id, kind, occasion) do nothing`;

/** The SQL of what budgets and services tell by themselves. */
export class AlertStore {
  /** Alerts newest first, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: {
      kind?: readonly BudgetAlertKind[];
      beforeId?: string;
      limit: number;
    },
  ): Promise<AlertRow[]> {
    const where = new Conditions()
      .add('a.organization_id = ?', organizationId)
      .narrow('a.kind = any(?::text[])', filter.kind)
      .narrow('a.id < ?', filter.beforeId);
    return tx.rows<AlertRow>(
      `${SELECT} where ${where.sql} order by a.id desc limit ?`,
      [...where.bindings, filter.limit + 1],
    );
  }

  /** Notes budgets that have come to 80 % or to their end, or are known to have refused something. */
  async raise(tx: Transaction, refused: readonly string[]): Promise<void> {
    await tx.hotRows(RAISE, [BUDGET_WARNING_SHARE, refused]);
  }

  /** Notes that a budget is likely to run out before the window of now ends. */
  async raiseForecast(
    tx: Transaction,
    budgetId: string,
    forecast: { expectedAt?: string; probability: number },
  ): Promise<void> {
    await tx.run(RAISE_FORECAST, [
      forecast.expectedAt ?? null,
      forecast.probability,
      budgetId,
    ]);
  }

  /** Takes alerts that were not published, oldest first; they are published with the commit. */
  async takeUnpublished(tx: Transaction, limit: number): Promise<AlertRow[]> {
    return tx.rows<AlertRow>(
      `with taken as (
         update budget_alerts set published_at = now() where id in (
           select id from budget_alerts where published_at is null order by id limit ? for update skip locked)
         returning *
       )
       ${SELECT.replace('from budget_alerts a', 'from taken a')} order by a.id`,
      [limit],
    );
  }
}
