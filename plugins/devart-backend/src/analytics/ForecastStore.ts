import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';

/** A budget with a limit, in the window of now. */
export interface ForecastBudgetRow {
  id: string;
  organization_id: string;
  scope_kind: string;
  scope_ref: string;
  period: string;
  limit_micros: number | null;
  starts_at: Date | number;
  /** Infinity for a budget of all time. */
  ends_at: Date | number;
  spent: number;
  used: number;
}

const SELECT_BUDGET = `
  select b.id, b.organization_id, b.scope_kind, b.scope_ref, b.period, b.limit_micros::double precision as limit_micros,
    n.starts_at, devart_window_end(b.period, n.starts_at, o.time_zone) as ends_at,
    coalesce(w.spent, 0)::double precision as spent, coalesce(w.used, 0)::double precision as used
  from budgets b
  join organizations o on o.id = b.organization_id
  cross join lateral (select devart_window_start(b.period, clock_timestamp(), o.time_zone) as starts_at) n
  left join lateral (select sum(x.spent_micros) as spent, sum(x.spent_micros + x.reserved_micros) as used
    from budget_windows x where x.budget_id = b.id and x.starts_at = n.starts_at) w on true`;

/** The SQL of what will be spent. */
export class ForecastStore {
  async find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<ForecastBudgetRow | undefined> {
    const [row] = await tx.rows<ForecastBudgetRow>(
      `${SELECT_BUDGET} where b.organization_id = ? and b.id = ?`,
      [organizationId, id],
    );
    return row;
  }

  /**
   * Budgets that may run out within the window of now and of which that was not
   * told. A run is over before a day of it could be compared with another.
   */
  async untold(
    tx: Transaction,
    organizationId: string,
  ): Promise<ForecastBudgetRow[]> {
    return tx.rows<ForecastBudgetRow>(
      `${SELECT_BUDGET} where b.organization_id = ? and b.limit_micros > 0 and b.scope_kind <> 'run'
         and w.used < b.limit_micros and not exists (select 1 from budget_alerts a
           where a.subject_id = b.id and a.kind in ('forecast', 'exhausted') and a.occasion = n.starts_at)
       order by b.id`,
      [organizationId],
    );
  }

  /**
   * What was spent of budgets on whole days: for each budget and day, from 1,
   * on which something was. The ledger is read once for all of them.
   *
   * @param days - when each day begins, oldest first; the last is the end
   */
  async daily(
    tx: Transaction,
    organizationId: string,
    budgetIds: readonly string[],
    days: readonly Date[],
  ): Promise<{ budget_id: string; day: number; micros: number }[]> {
    const where = new Conditions()
      .add('organization_id = ?', organizationId)
      .add('at >= ?', days[0])
      .add('at < ?', days.at(-1));
    return tx.rows(
      `with wanted as (select * from budgets where organization_id = ? and id = any(?::uuid[])),
       daily as materialized (
         select width_bucket(at, ?::timestamptz[]) as day, service_id, agent_id, team, workflow_id,
           case when exists (select 1 from wanted where scope_kind = 'run') then run_id end as run_id,
           sum(amount_micros) as micros
         from ledger_entries where ${where.sql} group by 1, 2, 3, 4, 5, 6
       )
       select b.id as budget_id, d.day, sum(d.micros)::double precision as micros
       from wanted b join daily d on devart_counts(b.scope_kind, b.scope_ref, d.service_id, d.agent_id::text, d.team,
         d.workflow_id::text, d.run_id::text)
       group by b.id, d.day`,
      [organizationId, budgetIds, days, ...where.bindings],
    );
  }
}
