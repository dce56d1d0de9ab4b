import type {
  BudgetAlertKind,
  BudgetPeriod,
  BudgetScope,
  ExhaustionRule,
} from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';

/** An alert of which people are to be told, with what they want to know of it. */
export interface DueAlert {
  id: string;
  organization_id: string;
  kind: BudgetAlertKind;
  subject_id: string;
  detail: {
    /** Of forecasts. */
    expectedAt?: string;
    /** From 0 to 1. */
    probability?: number;
  };
  attempts: number;
  currency: string;
  time_zone: string;
  /** Whose it is, whoever comes first before the others; there may be none. */
  owners: (string | null)[];
  /** The budget as it stands in the window of the alert; nothing once it was removed. */
  budget: {
    scope_kind: BudgetScope;
    scope_ref: string;
    scope_name: string | null;
    period: BudgetPeriod;
    limit_micros: number | null;
    used_micros: number;
    /** ISO 8601; nothing for `total`. */
    ends_at: string | null;
  } | null;
  service: {
    title: string;
    on_exhausted: ExhaustionRule;
    /** ISO 8601; nothing when it is over, or no end is known. */
    suspended_until: string | null;
    fallback_title: string | null;
    /** Of delegations: what is paid in its place. */
    paid_title: string | null;
  } | null;
}

const TAKE = `
  with taken as (
    update budget_alerts set tell_at = now() + make_interval(secs => ?::double precision)
    where id = (
      select id from budget_alerts where tell_at <= now()
      order by tell_at, id limit 1 for update skip locked)
    returning *
  )
  select a.id, a.organization_id, a.kind, a.subject_id, a.detail, a.tell_attempts as attempts, o.currency, o.time_zone,
    case
      when s.id is not null then array[s.owner]
      when b.scope_kind = 'team' then array[b.scope_ref]
      when b.scope_kind = 'service' then array[scope_service.owner]
      when b.scope_kind = 'agent' then array[agent.owner]
      when b.scope_kind = 'workflow' then array[workflow.owner]
      when b.scope_kind = 'run' then array[run.started_by, run.owner]
      else '{}'
    end as owners,
    case when b.id is not null then jsonb_build_object(
      'scope_kind', b.scope_kind, 'scope_ref', b.scope_ref, 'period', b.period, 'limit_micros', b.limit_micros,
      'scope_name', case b.scope_kind when 'organization' then o.title when 'team' then b.scope_ref
        else coalesce(scope_service.title, agent.name, workflow.title, run.name) end,
      'used_micros', (select coalesce(sum(w.spent_micros + w.reserved_micros), 0) from budget_windows w
        where w.budget_id = b.id and w.starts_at = a.occasion),
      'ends_at', case when b.period <> 'total' then devart_window_end(b.period, a.occasion, o.time_zone) end
    ) end as budget,
    case when s.id is not null then jsonb_build_object(
      'title', s.title, 'on_exhausted', s.on_exhausted, 'fallback_title', fallback.title, 'paid_title', paid.title,
      'suspended_until', case when s.suspended_until > now() and isfinite(s.suspended_until) then s.suspended_until end
    ) end as service
  from taken a
  join organizations o on o.id = a.organization_id
  left join services s on s.id = a.subject_id
  left join services fallback on fallback.id = s.fallback_id
  left join services paid on paid.id = (a.detail ->> 'to')::uuid
  left join budgets b on b.id = a.subject_id
  -- References of these are ids; looked up as such, by the primary key.
  left join lateral (select case when b.scope_kind in ('service', 'agent', 'workflow', 'run') then b.scope_ref::uuid end as id) ref on true
  left join services scope_service on b.scope_kind = 'service' and scope_service.id = ref.id
  left join agents agent on b.scope_kind = 'agent' and agent.id = ref.id
  left join workflows workflow on b.scope_kind = 'workflow' and workflow.id = ref.id
  left join lateral (
    select r.started_by, of_run.owner, of_run.title || ' #' || r.number as name
    from workflow_runs r join workflows of_run on of_run.id = r.workflow_id
    where r.id = ref.id
  ) run on b.scope_kind = 'run'`;

/** The SQL of what people are to be told of budgets and services. */
export class BudgetNoticeStore {
  /** Takes what is due for so many seconds in which no other replica takes it. */
  async take(
    tx: Transaction,
    leaseSeconds: number,
  ): Promise<DueAlert | undefined> {
    const [row] = await tx.rows<DueAlert>(TAKE, [leaseSeconds]);
    return row;
  }

  /** Takes down that people were told, or that there is nothing to tell. */
  async markTold(tx: Transaction, id: string): Promise<void> {
    await tx.run(`update budget_alerts set tell_at = 'infinity' where id = ?`, [
      id,
    ]);
  }

  /** Takes down that people could not be told; without a time it is given up. */
  async markFailed(
    tx: Transaction,
    id: string,
    retryInSeconds: number | undefined,
  ): Promise<void> {
    await tx.run(
      `update budget_alerts set tell_attempts = tell_attempts + 1,
         tell_at = case when ?::double precision is null then 'infinity'::timestamptz
           else now() + make_interval(secs => ?::double precision) end
       where id = ?`,
      [retryInSeconds ?? null, retryInSeconds ?? null, id],
    );
  }
}
