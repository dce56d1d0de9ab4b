// @ts-check

/**
 * Money: services with their prices, budgets, the windows that count against
 * them, what is held back, and the ledger.
 *
 * Amounts are whole millionths of the organisation's currency. A budget counts
 * in windows (a day, a week, a month in the organisation's time zone, or all
 * time). A window is a row that comes into being with its first charge or with
 * its budget and starts with what the ledger says, so nothing is ever reset:
 * spent_micros is always the sum of the ledger's entries of the budget's scope
 * in the window, and reserved_micros that of the reservations.
 *
 * Whatever moves money locks in this order: the organisation's money (shared; it
 * is had alone by what changes which budgets count), a reservation, windows by
 * budget and shard, services. So nothing deadlocks, however many budgets a
 * charge counts against.
 *
 * The ledger and the reservations have no foreign keys: the statements that
 * write them have just read what they refer to, and every charge would lock the
 * row of its service.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    alter table organizations add column currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$');
    alter table organizations add column time_zone text not null default 'UTC';

    create table services (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      name text not null,
      title text not null,
      description text not null,
      kind text not null check (kind in ('model', 'api')),
      endpoint text,
      owner text,
      entity_ref text,
      managed_by text not null check (managed_by in ('api', 'config')),
      -- callMicros: of each call; millionUnitsMicros: of a million units; models: of a model's tokens.
      prices jsonb not null,
      -- What happens when a budget does not allow a charge.
      on_exhausted text not null check (on_exhausted in ('delegate', 'ask', 'reject')),
      fallback_id uuid,
      is_active boolean not null default true,
      -- Used up: every call is refused or delegated until then, or until the budget is increased.
      suspended_at timestamptz,
      suspended_until timestamptz,
      created_by text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      version integer not null default 1,
      unique (id, organization_id),
      foreign key (fallback_id, organization_id) references services (id, organization_id),
      check (fallback_id <> id),
      check ((suspended_at is null) = (suspended_until is null))
    );
    create unique index services_name on services (organization_id, name);

    create table budgets (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      scope_kind text not null
        check (scope_kind in ('organization', 'team', 'agent', 'workflow', 'run', 'service')),
      -- A group for teams, an id for the others, nothing for the organisation.
      scope_ref text not null check ((scope_kind = 'organization') = (scope_ref = '')),
      period text not null check (period in ('day', 'week', 'month', 'total')),
      -- Nothing is unlimited; 0 allows nothing.
      limit_micros bigint check (limit_micros between 0 and 1000000000000000),
      -- In how many rows a window counts, each with a part of the limit.
      shards smallint not null default 1 check (shards between 1 and 64),
      created_by text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      version integer not null default 1,
      unique (organization_id, scope_kind, scope_ref, period)
    );

    create table budget_windows (
      budget_id uuid not null references budgets (id) on delete cascade,
      organization_id uuid not null,
      starts_at timestamptz not null,
      ends_at timestamptz not null,
      shard smallint not null,
      -- This shard's part of the limit.
      cap_micros bigint,
      spent_micros bigint not null,
      reserved_micros bigint not null,
      primary key (budget_id, starts_at, shard)
      -- No index has a column that a charge changes: its row is rewritten in its place.
    ) with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

    create table budget_reservations (
      id uuid primary key default devart_uuid7(),
      organization_id uuid not null,
      request_id text not null,
      service_id uuid not null,
      amount_micros bigint not null check (amount_micros >= 0),
      -- Decides in which windows it counts, before and after it is settled.
      at timestamptz not null default now(),
      expires_at timestamptz not null,
      budget_ids uuid[] not null,
      window_starts timestamptz[] not null,
      shards smallint[] not null,
      attribution jsonb not null,
      unique (organization_id, request_id)
    );
    create index budget_reservations_due on budget_reservations (expires_at);

    create table ledger_entries (
      id uuid not null default devart_uuid7(),
      organization_id uuid not null,
      -- Decides in which windows it counts.
      at timestamptz not null,
      written_at timestamptz not null default clock_timestamp(),
      -- suspense: what was held back and whose true cost nobody knows; a correction says it later.
      kind text not null check (kind in ('charge', 'suspense', 'correction')),
      amount_micros bigint not null check (amount_micros >= 0 or kind = 'correction'),
      -- What it is known by to whoever charged: the same request is charged once.
      request_id text not null,
      corrects_id uuid,
      service_id uuid not null,
      -- The services that could not pay, in the order in which they were tried.
      delegated_from uuid[] not null default '{}',
      actor text not null,
      agent_id uuid,
      team text,
      task_id uuid,
      run_id uuid,
      workflow_id uuid,
      entity_ref text,
      model text,
      input_tokens bigint check (input_tokens >= 0),
      output_tokens bigint check (output_tokens >= 0),
      quantity numeric check (quantity >= 0),
      detail jsonb,
      -- Also the order of the ledger.
      primary key (organization_id, id),
      check ((kind = 'correction') = (corrects_id is not null))
    );
    create index ledger_entries_time on ledger_entries (organization_id, at);
    create index ledger_entries_task on ledger_entries (task_id) where task_id is not null;
    create index ledger_entries_run on ledger_entries (run_id) where run_id is not null;
    create index ledger_entries_entity on ledger_entries (organization_id, entity_ref, id desc)
      where entity_ref is not null;
    create index ledger_entries_open on ledger_entries (organization_id, id) where kind = 'suspense';
    -- The last one: while the table has no statistics, all that begin with the organisation
    -- cost the same to the planner, which then takes the newest. With another one the first
    -- charges of a portal read the whole ledger each.
    create unique index ledger_entries_request on ledger_entries (organization_id, request_id);
    create trigger ledger_entries_append_only before update or delete or truncate on ledger_entries
      for each statement execute function devart_refuse_change();

    -- Who changed which limit, and why.
    create table budget_changes (
      id uuid primary key default devart_uuid7(),
      organization_id uuid not null,
      budget_id uuid not null,
      scope_kind text not null,
      scope_ref text not null,
      period text not null,
      change text not null check (change in ('created', 'changed', 'removed')),
      old_limit_micros bigint,
      new_limit_micros bigint,
      reason text not null,
      changed_by text not null,
      at timestamptz not null default now()
    );
    create index budget_changes_budget on budget_changes (budget_id, id desc);
    create index budget_changes_feed on budget_changes (organization_id, id desc);
    create trigger budget_changes_append_only before update or delete or truncate on budget_changes
      for each statement execute function devart_refuse_change();

    -- What is to be told of budgets and services, once a window each.
    create table budget_alerts (
      id uuid primary key default devart_uuid7(),
      organization_id uuid not null,
      kind text not null check (kind in ('threshold', 'exhausted', 'suspended', 'delegated', 'forecast')),
      -- The budget, or the service for suspended and delegated.
      subject_id uuid not null,
      -- What it is told once of: a window, a suspension.
      occasion timestamptz not null,
      detail jsonb not null default '{}',
      at timestamptz not null default now(),
      published_at timestamptz,
      unique (subject_id, kind, occasion)
    );
    create index budget_alerts_feed on budget_alerts (organization_id, id desc);
    create index budget_alerts_open on budget_alerts (id) where published_at is null;

    -- Which budget an approval that a task waits for would increase. Agents ask for
    -- approvals in words of their own: only what stands here increases anything.
    create table budget_pauses (
      approval_id uuid primary key references approvals (id) on delete cascade,
      organization_id uuid not null references organizations (id),
      budget_id uuid not null
    );
  `);
  for (const table of [
    'services',
    'budgets',
    'budget_windows',
    'budget_reservations',
    'ledger_entries',
    'budget_changes',
    'budget_alerts',
    'budget_pauses',
  ]) {
    await knex.raw(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy system_all on ${table} to devart_system using (true) with check (true);
      create policy member_read on ${table} for select to devart_request
        using (organization_id = devart_organization());
      grant select on ${table} to devart_request;
    `);
  }
  await knex.raw(`
    grant update (currency, time_zone) on organizations to devart_system;
    grant select, insert, update, delete on services, budgets, budget_windows, budget_reservations to devart_system;
    grant select, insert on ledger_entries, budget_changes to devart_system;
    grant select, insert, update (published_at) on budget_alerts to devart_system;
    grant select, insert on budget_pauses to devart_system;
    grant insert, update, delete on services, budgets to devart_request;
    grant insert on budget_changes to devart_request;
    create policy staff_insert on services for insert to devart_request with check (devart_is_staff(organization_id));
    create policy staff_update on services for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    create policy admin_delete on services for delete to devart_request using (devart_is_admin(organization_id));
    create policy staff_insert on budgets for insert to devart_request with check (devart_is_staff(organization_id));
    create policy staff_update on budgets for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    create policy admin_delete on budgets for delete to devart_request using (devart_is_admin(organization_id));
    create policy staff_insert on budget_changes for insert to devart_request
      with check (devart_is_staff(organization_id) and changed_by = devart_actor());
    -- An agent sees which services there are, and what it spent itself.
    grant select on services, ledger_entries to devart_agent;
    create policy agent_read on services for select to devart_agent using (organization_id = devart_organization());
    create policy agent_read on ledger_entries for select to devart_agent
      using (organization_id = devart_organization() and agent_id = devart_agent());
  `);
  // eslint-disable-next-line @typescript-eslint/no-use-before-define -- they are long, and read after the tables
  await knex.raw(FUNCTIONS);
  // Whoever may not change the windows may not call these either: they run with
  // the rights of their caller. This says it before the first statement.
  await knex.raw(`
    do $$
    declare f regprocedure;
    begin
      for f in select p.oid from pg_proc p where p.pronamespace = current_schema()::regnamespace
        and p.proname in ('charge_service', 'charge_group', 'reserve_service', 'reserve_group', 'settle_reservation', 'settle_group',
          'release_reservation', 'expire_reservation', 'correct_entry', 'open_budget', 'cap_budget', 'shard_budget', 'set_time_zone')
      loop
        execute format('revoke all on function %s from public', f);
        execute format('grant execute on function %s to devart_system', f);
      end loop;
    end $$;
  `);
};

const FUNCTIONS = `
  create type devart_taking as (
    -- Nothing when it was refused.
    taken bigint,
    budget_ids uuid[], window_starts timestamptz[], shards smallint[],
    -- What the tightest budget has left; nothing when none has a limit.
    remaining bigint,
    -- Of a refusal: the tightest budget, whether only what is held back stands in the way,
    -- whether it is more than a whole limit, and until when the service's own budget is used up.
    refused_by uuid, fits boolean, only_held boolean, too_large boolean, used_up_until timestamptz,
    -- Whether a row that did not fit may be locked all the same.
    locked boolean
  );

  -- Shared by all that move money, had alone by whoever changes which budgets count.
  create function devart_lock_money(p_organization uuid, p_alone boolean) returns void language plpgsql as $$
    begin
      if p_alone then
        perform pg_advisory_xact_lock(hashtextextended('devart money ' || p_organization, 0));
      else
        perform pg_advisory_xact_lock_shared(hashtextextended('devart money ' || p_organization, 0));
      end if;
    end $$;

  create function devart_window_start(p_period text, p_at timestamptz, p_zone text) returns timestamptz
    language sql stable parallel safe as $$
      select case p_period when 'total' then '-infinity' else date_trunc(p_period, p_at, p_zone) end
    $$;
  create function devart_window_end(p_period text, p_starts_at timestamptz, p_zone text) returns timestamptz
    language sql stable parallel safe as $$
      select case p_period when 'total' then 'infinity'
        else ((p_starts_at at time zone p_zone) + ('1 ' || p_period)::interval) at time zone p_zone end
    $$;

  -- Whether something counts against a budget, by whom it is attributed to.
  create function devart_counts(p_kind text, p_ref text, p_service uuid, p_agent text, p_team text,
    p_workflow text, p_run text) returns boolean language sql immutable parallel safe as $$
      select case p_kind
        when 'organization' then true
        when 'service' then p_ref = p_service::text
        when 'agent' then p_ref = p_agent
        when 'team' then p_ref = p_team
        when 'workflow' then p_ref = p_workflow
        when 'run' then p_ref = p_run
      end is true
    $$;

  -- Begins a window with what the ledger says. With p_reservations, what is held
  -- back already counts from now on, too; that needs the money alone.
  create function devart_open_window(b budgets, p_starts_at timestamptz, p_zone text, p_reservations boolean)
  returns void language plpgsql as $$
    declare
      v_ends_at timestamptz := devart_window_end(b.period, p_starts_at, p_zone);
      v_spent bigint;
      v_held bigint := 0;
      v_room bigint;
    begin
      select coalesce(sum(amount_micros), 0) into v_spent from ledger_entries
      where organization_id = b.organization_id and at >= p_starts_at and at < v_ends_at
        and devart_counts(b.scope_kind, b.scope_ref, service_id, agent_id::text, team, workflow_id::text, run_id::text);
      if p_reservations then
        update budget_reservations r set
          budget_ids = budget_ids || b.id, window_starts = window_starts || p_starts_at, shards = r.shards || 0::smallint
        where organization_id = b.organization_id and at >= p_starts_at and at < v_ends_at
          and not exists (select 1 from unnest(budget_ids, window_starts) l (id, starts_at)
            where l.id = b.id and l.starts_at = p_starts_at)
          and devart_counts(b.scope_kind, b.scope_ref, service_id, attribution ->> 'agentId',
            attribution ->> 'team', attribution ->> 'workflowId', attribution ->> 'runId');
        -- A window of a time zone that was left and is that of the organisation again: it begins anew.
        delete from budget_windows where budget_id = b.id and starts_at = p_starts_at;
        update budget_reservations r set shards = (
          select array_agg(case when l.id = b.id and l.starts_at = p_starts_at then 0::smallint else l.shard end order by l.place)
          from unnest(r.budget_ids, r.window_starts, r.shards) with ordinality l (id, starts_at, shard, place))
        where organization_id = b.organization_id and b.id = any (budget_ids);
        select coalesce(sum(amount_micros), 0) into v_held from budget_reservations
        where organization_id = b.organization_id
          and exists (select 1 from unnest(budget_ids, window_starts) l (id, starts_at)
            where l.id = b.id and l.starts_at = p_starts_at);
      end if;
      v_room := b.limit_micros - v_spent - v_held;
      -- What was spent and held stands in the first shard; what is left is shared out.
      insert into budget_windows (budget_id, organization_id, starts_at, ends_at, shard, cap_micros, spent_micros, reserved_micros)
      select b.id, b.organization_id, p_starts_at, v_ends_at, shard,
        case when shard = 0 then v_spent + v_held + v_room - (v_room / b.shards) * (b.shards - 1) else v_room / b.shards end,
        case when shard = 0 then v_spent else 0 end, case when shard = 0 then v_held else 0 end
      from generate_series(0, b.shards - 1) shard
      -- Somebody else began it at the same moment, with the same sums.
      on conflict (budget_id, starts_at, shard) do nothing;
    end $$;

  -- Begins to count against a budget that was just made.
  create function open_budget(p_budget uuid) returns void language plpgsql as $$
    declare
      b budgets;
      v_zone text;
    begin
      select * into strict b from budgets where id = p_budget;
      perform devart_lock_money(b.organization_id, true);
      select time_zone into strict v_zone from organizations where id = b.organization_id;
      -- The window of now, and those of what is held back since earlier.
      perform devart_open_window(b, opened.starts_at, v_zone, true)
      from (
        select devart_window_start(b.period, clock_timestamp(), v_zone) starts_at
        union
        select devart_window_start(b.period, at, v_zone) from budget_reservations
        where organization_id = b.organization_id
      ) opened;
    end $$;

  -- Ends the windows of the time zone before, and begins those of the new one.
  create function set_time_zone(p_organization uuid, p_zone text) returns void language plpgsql as $$
    declare
      v_at timestamptz;
    begin
      perform devart_lock_money(p_organization, true);
      v_at := clock_timestamp();
      update organizations set time_zone = p_zone where id = p_organization and time_zone <> p_zone;
      if not found then
        return;
      end if;
      update budget_windows set ends_at = v_at
      where organization_id = p_organization and ends_at > v_at and isfinite(ends_at);
      perform devart_open_window(b, devart_window_start(b.period, v_at, p_zone), p_zone, true)
      from budgets b where b.organization_id = p_organization and b.period <> 'total';
    end $$;

  -- Shares out what a window has left among its shards.
  create function devart_level_window(p_budget uuid, p_starts_at timestamptz, p_limit bigint) returns void language plpgsql as $$
    declare
      v_room bigint;
      v_count bigint;
    begin
      perform 1 from budget_windows where budget_id = p_budget and starts_at = p_starts_at order by shard for update;
      select p_limit - sum(spent_micros + reserved_micros), count(*) into v_room, v_count
      from budget_windows where budget_id = p_budget and starts_at = p_starts_at;
      update budget_windows set cap_micros = spent_micros + reserved_micros
        + case when shard = 0 then v_room - (v_room / v_count) * (v_count - 1) else v_room / v_count end
      where budget_id = p_budget and starts_at = p_starts_at;
    end $$;

  -- Moves room to a shard, whose row is locked, from others that nobody uses at the
  -- moment. It waits for none: whoever waits here could wait for somebody who waits for it.
  create function devart_borrow(p_budget uuid, p_starts_at timestamptz, p_shard smallint, p_amount bigint)
  returns boolean language plpgsql as $$
    declare
      w record;
      v_room bigint;
      v_take bigint;
      v_taken bigint := 0;
    begin
      select cap_micros - spent_micros - reserved_micros into v_room from budget_windows
      where budget_id = p_budget and starts_at = p_starts_at and shard = p_shard;
      for w in select shard, cap_micros - spent_micros - reserved_micros as room from budget_windows
        where budget_id = p_budget and starts_at = p_starts_at and shard <> p_shard
          and cap_micros > spent_micros + reserved_micros
        order by 2 desc for update skip locked
      loop
        -- Half of what it has, or what is needed: small borrowings would come again and again.
        v_take := greatest(w.room / 2, least(w.room, p_amount - v_room - v_taken));
        update budget_windows set cap_micros = cap_micros - v_take
        where budget_id = p_budget and starts_at = p_starts_at and shard = w.shard;
        v_taken := v_taken + v_take;
        exit when v_room + v_taken >= p_amount;
      end loop;
      update budget_windows set cap_micros = cap_micros + v_taken
      where budget_id = p_budget and starts_at = p_starts_at and shard = p_shard;
      return v_room + v_taken >= p_amount;
    end $$;

  -- Lets the windows that are not over yet count against a limit that was changed.
  create function cap_budget(p_budget uuid) returns void language plpgsql as $$
    declare
      b budgets;
      w record;
    begin
      select * into strict b from budgets where id = p_budget;
      for w in select distinct starts_at from budget_windows
        where budget_id = p_budget and ends_at > clock_timestamp() order by starts_at
      loop
        perform devart_level_window(p_budget, w.starts_at, b.limit_micros);
      end loop;
    end $$;

  -- Counts a budget in another number of rows. Needs the money alone.
  create function shard_budget(p_budget uuid) returns void language plpgsql as $$
    declare
      b budgets;
      w record;
    begin
      select * into strict b from budgets where id = p_budget;
      perform devart_lock_money(b.organization_id, true);
      -- What is held back is freed where it is held back: in the first row from now on.
      update budget_reservations r set shards = (
        select array_agg(case when l.id = b.id then 0::smallint else l.shard end order by l.place)
        from unnest(r.budget_ids, r.shards) with ordinality l (id, shard, place))
      where organization_id = b.organization_id and b.id = any (budget_ids);
      for w in select starts_at, ends_at, sum(spent_micros) spent, sum(reserved_micros) held from budget_windows
        where budget_id = b.id group by starts_at, ends_at
      loop
        update budget_windows set spent_micros = w.spent, reserved_micros = w.held, cap_micros = b.limit_micros
        where budget_id = b.id and starts_at = w.starts_at and shard = 0;
        delete from budget_windows where budget_id = b.id and starts_at = w.starts_at and shard > 0;
        insert into budget_windows (budget_id, organization_id, starts_at, ends_at, shard, cap_micros, spent_micros, reserved_micros)
        select b.id, b.organization_id, w.starts_at, w.ends_at, shard, 0, 0, 0 from generate_series(1, b.shards - 1) shard;
        perform devart_level_window(b.id, w.starts_at, b.limit_micros);
      end loop;
    end $$;

  -- What the tightest of some windows has left, and whether and why p_least does not fit.
  create function devart_look(t devart_taking, p_least bigint) returns devart_taking language plpgsql as $$
    declare
      w record;
    begin
      t.remaining := null;
      t.refused_by := null;
      t.fits := true;
      t.only_held := true;
      t.too_large := false;
      t.used_up_until := null;
      for w in
        select b.id, b.limit_micros, b.scope_kind = 'service' as own,
          coalesce(sum(x.spent_micros), 0) spent, coalesce(sum(x.reserved_micros), 0) held,
          coalesce(max(x.ends_at), 'infinity') ends_at
        from unnest(t.budget_ids, t.window_starts) l (id, starts_at)
        join budgets b on b.id = l.id
        left join budget_windows x on x.budget_id = l.id and x.starts_at = l.starts_at
        where b.limit_micros is not null
        group by b.id, b.limit_micros, b.scope_kind, l.starts_at
      loop
        if t.remaining is null or w.limit_micros - w.spent - w.held < t.remaining then
          t.remaining := w.limit_micros - w.spent - w.held;
          t.refused_by := w.id;
        end if;
        continue when w.limit_micros > 0 and w.spent + w.held + p_least <= w.limit_micros;
        t.fits := false;
        continue when w.limit_micros > 0 and w.spent + p_least <= w.limit_micros;
        t.only_held := false;
        if p_least > w.limit_micros and w.limit_micros > 0 then
          t.too_large := true;
        elsif w.own then
          t.used_up_until := greatest(t.used_up_until, w.ends_at);
        end if;
      end loop;
      return t;
    end $$;

  -- Takes an amount from every budget that it counts against, or from none: as much of
  -- p_most as there is, at least p_least. With p_look it looks before it locks: a statement
  -- that waited for a row keeps it locked even when the row then does not fit.
  create function devart_take(p_organization uuid, p_service uuid, p_attribution jsonb, p_at timestamptz,
    p_least bigint, p_most bigint, p_hold boolean, p_look boolean) returns devart_taking language plpgsql as $$
    declare
      t devart_taking;
      b budgets;
      v_budgets budgets[];
      v_zone text;
      v_amount bigint := p_most;
      v_held bigint;
      v_spent bigint;
      v_shard smallint;
      v_room bigint;
      v_tries integer := 0;
      i integer := 1;
    begin
      t.locked := false;
      t.budget_ids := '{}';
      t.window_starts := '{}';
      t.shards := '{}';
      select array_agg(x order by x.id) into v_budgets from budgets x
      where x.organization_id = p_organization and (x.scope_kind, x.scope_ref) in (
        ('organization', ''), ('service', p_service::text), ('agent', p_attribution ->> 'agentId'),
        ('team', p_attribution ->> 'team'), ('workflow', p_attribution ->> 'workflowId'), ('run', p_attribution ->> 'runId'));
      if v_budgets is null then
        t.taken := v_amount;
        return t;
      end if;
      select time_zone into strict v_zone from organizations where id = p_organization;
      foreach b in array v_budgets loop
        t.budget_ids := t.budget_ids || b.id;
        t.window_starts := t.window_starts || devart_window_start(b.period, p_at, v_zone);
      end loop;

      if p_look or array_length(v_budgets, 1) > 1 or p_least < p_most or p_most = 0 then
        t := devart_look(t, p_least);
        if not t.fits then
          return t;
        end if;
        v_amount := least(p_most, t.remaining);
      end if;
      t.remaining := null;

      while i <= array_length(v_budgets, 1) loop
        b := v_budgets[i];
        v_spent := case when p_hold then 0 else v_amount end;
        v_held := v_amount - v_spent;
        if b.shards = 1 then
          update budget_windows set spent_micros = spent_micros + v_spent, reserved_micros = reserved_micros + v_held
          where budget_id = b.id and starts_at = t.window_starts[i] and shard = 0
            and (cap_micros is null or spent_micros + reserved_micros + v_amount <= cap_micros)
          returning cap_micros - spent_micros - reserved_micros into v_room;
          if found then
            t.shards := t.shards || 0::smallint;
            t.remaining := least(t.remaining, v_room);
            i := i + 1;
            continue;
          end if;
        else
          -- A shard that nobody uses at the moment, or any.
          select shard into v_shard from budget_windows where budget_id = b.id and starts_at = t.window_starts[i]
          order by random() limit 1 for update skip locked;
          if not found then
            v_shard := floor(random() * b.shards);
            perform 1 from budget_windows
            where budget_id = b.id and starts_at = t.window_starts[i] and shard = v_shard for update;
          end if;
          update budget_windows set spent_micros = spent_micros + v_spent, reserved_micros = reserved_micros + v_held
          where budget_id = b.id and starts_at = t.window_starts[i] and shard = v_shard
            and (cap_micros is null or spent_micros + reserved_micros + v_amount <= cap_micros);
          if found then
            -- What all shards have left together is not counted for every charge.
            t.shards := t.shards || v_shard;
            i := i + 1;
            continue;
          end if;
        end if;

        v_tries := v_tries + 1;
        if v_tries > 20 then
          raise exception 'other charges were quicker' using errcode = 'serialization_failure';
        end if;
        if not exists (select 1 from budget_windows where budget_id = b.id and starts_at = t.window_starts[i]) then
          perform devart_open_window(b, t.window_starts[i], v_zone, false);
          continue;
        end if;
        t := devart_look(t, p_least);
        if i = 1 and not t.fits then
          t.locked := true;
          return t;
        end if;
        -- Somebody was quicker while other budgets were locked, or uses the shards whose room is
        -- needed: it is done anew, from the look on.
        if b.shards = 1 and i > 1 or b.shards > 1 and not devart_borrow(b.id, t.window_starts[i], v_shard, v_amount) then
          raise exception 'another charge was quicker' using errcode = 'serialization_failure';
        end if;
        if i = 1 and b.shards = 1 then
          v_amount := least(p_most, t.remaining);
        end if;
        t.remaining := null;
      end loop;
      t.taken := v_amount;
      t.refused_by := null;
      return t;
    end $$;

  -- What an entry of the ledger says to whoever charged.
  create function devart_charged(e ledger_entries, p_remaining bigint, p_replayed boolean) returns jsonb
    language sql stable as $$
      select jsonb_build_object(
        'outcome', case when e.delegated_from = '{}' then 'charged' else 'delegated' end,
        'charged', true, 'replayed', p_replayed, 'entryId', e.id, 'chargedMicros', e.amount_micros,
        'serviceId', e.service_id, 'delegatedFrom', to_jsonb(e.delegated_from), 'remainingMicros', p_remaining,
        'suspended', exists (select 1 from services s where s.suspended_until > clock_timestamp()
          and s.id = coalesce(e.delegated_from[1], e.service_id)))
    $$;

  -- Tells once of a service that is used up, and lets it rest until its window ends.
  create function devart_suspend(p_service uuid, p_at timestamptz, p_until timestamptz) returns void language plpgsql as $$
    declare
      s services;
    begin
      update services set suspended_at = p_at, suspended_until = p_until, version = version + 1
      where id = p_service and (suspended_until is null or suspended_until <= p_at) returning * into s;
      if found then
        insert into budget_alerts (organization_id, kind, subject_id, occasion)
        values (s.organization_id, 'suspended', s.id, p_at) on conflict do nothing;
      end if;
    end $$;

  -- Charges a service: p_amount, or what p_quantity of its units cost. When a budget does not
  -- allow it, its fallback pays at its own price (with p_follow). All or nothing, once a request.
  --
  -- Answers {outcome: charged, delegated or refused; charged; chargedMicros; serviceId: who is paid;
  -- delegatedFrom; remainingMicros of the tightest budget; suspended: whether the service asked for
  -- is used up; replayed; entryId}, of a refusal {reason: budget, held, too_large, suspended, inactive,
  -- price_unknown, unknown_service or request_used; budgetId; onExhausted: ask or reject}.
  create function charge_service(p_organization uuid, p_service uuid, p_request text, p_amount bigint default null,
    p_quantity numeric default 1, p_attribution jsonb default '{}', p_follow boolean default true)
  returns jsonb language plpgsql as $$
    declare
      s services;
      e ledger_entries;
      t devart_taking;
      v_at timestamptz;
      v_amount bigint;
      v_next uuid := p_service;
      v_tried uuid[] := '{}';
      v_reason text;
      v_budget uuid;
      v_remaining bigint;
      v_follow boolean;
      v_resting uuid[] := '{}';
      v_resting_until timestamptz[] := '{}';
    begin
      if p_amount < 0 or p_amount > 1000000000000000 or p_quantity < 0 then
        raise exception 'an amount must be from 0 to 1000000000000000 millionths' using errcode = 'invalid_parameter_value';
      end if;
      perform devart_lock_money(p_organization, false);
      v_at := clock_timestamp();
      select * into e from ledger_entries where organization_id = p_organization and request_id = p_request;
      if found then
        return devart_charged(e, null, true);
      end if;
      if exists (select 1 from budget_reservations where organization_id = p_organization and request_id = p_request) then
        return jsonb_build_object('outcome', 'refused', 'charged', false, 'reason', 'request_used', 'onExhausted', 'reject');
      end if;
      loop
        select * into s from services where id = v_next and organization_id = p_organization;
        if not found then
          return jsonb_build_object('outcome', 'refused', 'charged', false, 'reason', 'unknown_service', 'onExhausted', 'reject');
        end if;
        t := null;
        v_amount := coalesce(p_amount, ceil(coalesce((s.prices ->> 'callMicros')::numeric, 0)
          + coalesce((s.prices ->> 'millionUnitsMicros')::numeric, 0) * p_quantity / 1000000)::bigint);
        if p_amount is null and not jsonb_exists_any(s.prices, array['callMicros', 'millionUnitsMicros']) then
          v_reason := 'price_unknown';
        elsif not s.is_active then
          v_reason := 'inactive';
        elsif s.suspended_until > v_at then
          v_reason := 'suspended';
        else
          v_follow := p_follow and s.on_exhausted = 'delegate' and s.fallback_id is not null;
          t := devart_take(p_organization, s.id, p_attribution, v_at, v_amount, v_amount, false, v_follow);
          exit when t.taken is not null;
          if v_follow and t.locked then
            -- Nobody goes on to other budgets with a lock in hand.
            raise exception 'another charge was quicker' using errcode = 'serialization_failure';
          end if;
          v_reason := case when t.too_large then 'too_large' when t.only_held then 'held' else 'budget' end;
          if t.used_up_until is not null and not t.too_large then
            v_resting := v_resting || s.id;
            v_resting_until := v_resting_until || t.used_up_until;
          end if;
        end if;
        if v_tried = '{}' then
          v_budget := t.refused_by;
          v_remaining := t.remaining;
        end if;
        v_tried := v_tried || s.id;
        exit when not p_follow or s.on_exhausted <> 'delegate' or s.fallback_id is null
          or s.fallback_id = any (v_tried) or array_length(v_tried, 1) >= 6;
        v_next := s.fallback_id;
      end loop;

      if t.taken is not null then
        insert into ledger_entries (organization_id, at, kind, amount_micros, request_id, service_id, delegated_from, actor,
          agent_id, team, task_id, run_id, workflow_id, entity_ref, model, quantity, detail)
        values (p_organization, v_at, 'charge', v_amount, p_request, s.id, v_tried,
          coalesce(p_attribution ->> 'actor', devart_actor()), (p_attribution ->> 'agentId')::uuid, p_attribution ->> 'team',
          (p_attribution ->> 'taskId')::uuid, (p_attribution ->> 'runId')::uuid, (p_attribution ->> 'workflowId')::uuid,
          p_attribution ->> 'entityRef', p_attribution ->> 'model', case when p_amount is null then p_quantity end,
          p_attribution -> 'detail')
        on conflict (organization_id, request_id) do nothing
        returning * into e;
        if not found then
          -- The same request at the same moment: once again, to read what it came to.
          raise exception 'the request was charged a moment ago' using errcode = 'serialization_failure';
        end if;
      end if;
      for i in 1 .. coalesce(array_length(v_resting, 1), 0) loop
        perform devart_suspend(v_resting[i], v_at, v_resting_until[i]);
      end loop;
      if t.taken is not null then
        if v_tried <> '{}' then
          insert into budget_alerts (organization_id, kind, subject_id, occasion, detail)
          select p_organization, 'delegated', asked.id, coalesce(asked.suspended_at, date_trunc('day', v_at)),
            jsonb_build_object('to', s.id)
          from services asked where asked.id = p_service
          on conflict do nothing;
        end if;
        return devart_charged(e, t.remaining, false);
      end if;
      return jsonb_build_object('outcome', 'refused', 'charged', false, 'replayed', false, 'reason', v_reason,
        'serviceId', s.id, 'delegatedFrom', to_jsonb(v_tried[1 : array_length(v_tried, 1) - 1]),
        'budgetId', v_budget, 'remainingMicros', v_remaining, 'neededMicros', v_amount,
        'suspended', p_service = any (v_resting) or exists (select 1 from services x
          where x.id = p_service and x.suspended_until > v_at),
        'onExhausted', case when v_reason in ('too_large', 'price_unknown', 'held') or s.on_exhausted = 'reject'
          then 'reject' else 'ask' end);
    end $$;

  -- Whether any of some requests stands in the ledger. Each is looked up by itself: a plan that was made
  -- while the table was small would read all entries of the organisation for a list of them.
  create function devart_is_charged(p_organization uuid, p_requests text[]) returns boolean language plpgsql stable as $$
    begin
      return exists (select from unnest(p_requests) asked (request) cross join lateral (
        select from ledger_entries where organization_id = p_organization and request_id = asked.request limit 1) known);
    end $$;

  -- Whether any of some requests stands in the ledger or is held back.
  create function devart_is_used(p_organization uuid, p_requests text[]) returns boolean language plpgsql stable as $$
    begin
      return devart_is_charged(p_organization, p_requests)
        or exists (select from unnest(p_requests) asked (request) cross join lateral (
          select from budget_reservations where organization_id = p_organization and request_id = asked.request limit 1) known);
    end $$;

  -- Charges a service several times at once, all on the same accounts: one row is changed for
  -- all of them. All of the group or nothing, without fallbacks: answers {remainingMicros, entries: the id and the amount of each by
  -- its request}, or nothing when they have to be charged one by one.
  create function charge_group(p_organization uuid, p_service uuid, p_requests text[], p_amounts bigint[],
    p_quantities numeric[], p_attributions jsonb[]) returns jsonb language plpgsql as $$
    declare
      s services;
      t devart_taking;
      v_at timestamptz;
      v_amounts bigint[];
      v_total numeric;
      v_entries jsonb;
      v_count integer;
    begin
      perform devart_lock_money(p_organization, false);
      v_at := clock_timestamp();
      select * into s from services where id = p_service and organization_id = p_organization;
      if not found or not s.is_active or s.suspended_until > v_at
        or not jsonb_exists_any(s.prices, array['callMicros', 'millionUnitsMicros']) and array_position(p_amounts, null) is not null
        or (select count(distinct r) < cardinality(p_requests) from unnest(p_requests) r)
        or devart_is_used(p_organization, p_requests)
      then
        return null;
      end if;
      select array_agg(coalesce(g.amount, ceil(coalesce((s.prices ->> 'callMicros')::numeric, 0)
        + coalesce((s.prices ->> 'millionUnitsMicros')::numeric, 0) * g.quantity / 1000000)::bigint) order by g.place)
      into v_amounts from unnest(p_amounts, p_quantities) with ordinality g (amount, quantity, place);
      select sum(a) into v_total from unnest(v_amounts) a;
      if v_total between 0 and 1000000000000000 and 0 <= all (v_amounts) then
        t := devart_take(p_organization, s.id, p_attributions[1], v_at, v_total::bigint, v_total::bigint, false, false);
      end if;
      if t.taken is null then
        return null;
      end if;
      with entries as (
        insert into ledger_entries (organization_id, at, kind, amount_micros, request_id, service_id, delegated_from, actor,
          agent_id, team, task_id, run_id, workflow_id, entity_ref, model, quantity, detail)
        select p_organization, v_at, 'charge', g.charged, g.request, s.id, '{}', coalesce(g.a ->> 'actor', devart_actor()),
          (g.a ->> 'agentId')::uuid, g.a ->> 'team', (g.a ->> 'taskId')::uuid, (g.a ->> 'runId')::uuid,
          (g.a ->> 'workflowId')::uuid, g.a ->> 'entityRef', g.a ->> 'model',
          case when g.amount is null then g.quantity end, g.a -> 'detail'
        from unnest(p_requests, p_amounts, p_quantities, p_attributions, v_amounts) g (request, amount, quantity, a, charged)
        order by g.request
        on conflict (organization_id, request_id) do nothing
        returning id, request_id, amount_micros
      )
      select count(*), jsonb_object_agg(e.request_id, jsonb_build_array(e.id, e.amount_micros)) into v_count, v_entries
      from entries e;
      if v_count <> cardinality(p_requests) then
        raise exception 'a request was charged a moment ago' using errcode = 'serialization_failure';
      end if;
      return jsonb_build_object('remainingMicros', t.remaining, 'entries', v_entries);
    end $$;

  -- Holds money back for a call of one service whose cost nobody knows yet: as much of p_most as
  -- there is, at least p_least. Fallbacks are reserved anew, at their own price.
  --
  -- Answers {reserved, reservedMicros, remainingMicros, replayed}, of a refusal what charge_service says.
  create function reserve_service(p_organization uuid, p_service uuid, p_request text, p_least bigint, p_most bigint,
    p_seconds integer, p_attribution jsonb default '{}') returns jsonb language plpgsql as $$
    declare
      s services;
      r budget_reservations;
      t devart_taking;
      v_at timestamptz;
      v_reason text;
    begin
      if p_least < 0 or p_most < p_least or p_most > 1000000000000000 then
        raise exception 'amounts must be from 0 to 1000000000000000 millionths' using errcode = 'invalid_parameter_value';
      end if;
      perform devart_lock_money(p_organization, false);
      v_at := clock_timestamp();
      select * into r from budget_reservations where organization_id = p_organization and request_id = p_request;
      if found and r.service_id = p_service then
        return jsonb_build_object('outcome', 'reserved', 'reserved', true, 'replayed', true, 'serviceId', r.service_id,
          'reservedMicros', r.amount_micros);
      end if;
      if found or exists (select 1 from ledger_entries where organization_id = p_organization and request_id = p_request) then
        return jsonb_build_object('outcome', 'refused', 'reserved', false, 'reason', 'request_used', 'onExhausted', 'reject');
      end if;
      select * into s from services where id = p_service and organization_id = p_organization;
      if not found then
        return jsonb_build_object('outcome', 'refused', 'reserved', false, 'reason', 'unknown_service', 'onExhausted', 'reject');
      elsif not s.is_active then
        v_reason := 'inactive';
      elsif s.suspended_until > v_at then
        v_reason := 'suspended';
      else
        t := devart_take(p_organization, s.id, p_attribution, v_at, p_least, p_most, true, false);
        if t.taken is not null then
          insert into budget_reservations (organization_id, request_id, service_id, amount_micros, at, expires_at,
            budget_ids, window_starts, shards, attribution)
          values (p_organization, p_request, s.id, t.taken, v_at, v_at + make_interval(secs => p_seconds),
            t.budget_ids, t.window_starts, t.shards, p_attribution)
          on conflict (organization_id, request_id) do nothing;
          if not found then
            raise exception 'the request was reserved a moment ago' using errcode = 'serialization_failure';
          end if;
          if jsonb_array_length(coalesce(p_attribution -> 'delegatedFrom', '[]')) > 0 then
            insert into budget_alerts (organization_id, kind, subject_id, occasion, detail)
            select p_organization, 'delegated', asked.id, coalesce(asked.suspended_at, date_trunc('day', v_at)),
              jsonb_build_object('to', s.id)
            from services asked where asked.id = (p_attribution -> 'delegatedFrom' ->> 0)::uuid
              and asked.organization_id = p_organization
            on conflict do nothing;
          end if;
          return jsonb_build_object('outcome', 'reserved', 'reserved', true, 'replayed', false, 'serviceId', s.id,
            'reservedMicros', t.taken, 'remainingMicros', t.remaining);
        end if;
        v_reason := case when t.too_large then 'too_large' when t.only_held then 'held' else 'budget' end;
        if t.used_up_until is not null and not t.too_large then
          perform devart_suspend(s.id, v_at, t.used_up_until);
        end if;
      end if;
      return jsonb_build_object('outcome', 'refused', 'reserved', false, 'replayed', false, 'reason', v_reason,
        'serviceId', s.id, 'budgetId', t.refused_by, 'remainingMicros', t.remaining, 'neededMicros', p_least,
        'suspended', v_reason = 'suspended' or t.used_up_until is not null and not t.too_large,
        'fallbackId', case when s.on_exhausted = 'delegate' then s.fallback_id end,
        'onExhausted', case when v_reason in ('too_large', 'held') or s.on_exhausted = 'reject' then 'reject' else 'ask' end);
    end $$;

  -- Holds money back for several calls of a service, all on the same accounts: one row of each budget is
  -- changed for all of them. All that each of them can cost or nothing: answers what the tightest budget
  -- has left as {remainingMicros}, or nothing when they have to be reserved one by one.
  create function reserve_group(p_organization uuid, p_service uuid, p_requests text[], p_amounts bigint[],
    p_seconds integer[], p_attributions jsonb[]) returns jsonb language plpgsql as $$
    declare
      s services;
      t devart_taking;
      v_at timestamptz;
      v_total numeric;
      v_count integer;
    begin
      perform devart_lock_money(p_organization, false);
      v_at := clock_timestamp();
      select * into s from services where id = p_service and organization_id = p_organization;
      if not found or not s.is_active or s.suspended_until > v_at
        or (select count(distinct r) < cardinality(p_requests) from unnest(p_requests) r)
        or devart_is_used(p_organization, p_requests)
      then
        return null;
      end if;
      select sum(a) into v_total from unnest(p_amounts) a;
      if v_total between 0 and 1000000000000000 and 0 <= all (p_amounts) then
        t := devart_take(p_organization, s.id, p_attributions[1], v_at, v_total::bigint, v_total::bigint, true, false);
      end if;
      if t.taken is null then
        return null;
      end if;
      insert into budget_reservations (organization_id, request_id, service_id, amount_micros, at, expires_at,
        budget_ids, window_starts, shards, attribution)
      select p_organization, g.request, s.id, g.amount, v_at, v_at + make_interval(secs => g.seconds),
        t.budget_ids, t.window_starts, t.shards, g.attribution
      from unnest(p_requests, p_amounts, p_seconds, p_attributions) g (request, amount, seconds, attribution)
      order by g.request
      on conflict (organization_id, request_id) do nothing;
      get diagnostics v_count = row_count;
      if v_count <> cardinality(p_requests) then
        raise exception 'a request was reserved a moment ago' using errcode = 'serialization_failure';
      end if;
      insert into budget_alerts (organization_id, kind, subject_id, occasion, detail)
      select distinct p_organization, 'delegated', asked.id, coalesce(asked.suspended_at, date_trunc('day', v_at)),
        jsonb_build_object('to', s.id)
      from unnest(p_attributions) a join services asked
        on asked.id = (a -> 'delegatedFrom' ->> 0)::uuid and asked.organization_id = p_organization
      on conflict do nothing;
      return jsonb_build_object('remainingMicros', t.remaining);
    end $$;

  -- Ends what is held back by a reservation: p_spent of it was spent, the rest is free again.
  create function devart_unhold(r budget_reservations, p_spent bigint) returns void language plpgsql as $$
    begin
      -- In the order of their ids, in which devart_take locks them; what joined later stands behind.
      for i in 1 .. coalesce(array_length(r.budget_ids, 1), 0) loop
        update budget_windows set reserved_micros = reserved_micros - r.amount_micros, spent_micros = spent_micros + p_spent
        from (select l.id, l.starts_at, l.shard from unnest(r.budget_ids, r.window_starts, r.shards) l (id, starts_at, shard)
          order by l.id, l.starts_at offset i - 1 limit 1) line
        where budget_id = line.id and budget_windows.starts_at = line.starts_at and budget_windows.shard = line.shard;
      end loop;
      delete from budget_reservations where id = r.id;
    end $$;

  -- Writes what a call with a reservation cost; nothing for p_amount when nobody knows, which costs
  -- all that was held back until it is corrected. Once a request: settling again answers the same,
  -- and what became suspense before its cost was known is corrected.
  create function settle_reservation(p_organization uuid, p_request text, p_amount bigint, p_usage jsonb default '{}')
  returns jsonb language plpgsql as $$
    declare
      e ledger_entries;
      r budget_reservations;
    begin
      if p_amount < 0 or p_amount > 1000000000000000 then
        raise exception 'an amount must be from 0 to 1000000000000000 millionths' using errcode = 'invalid_parameter_value';
      end if;
      perform devart_lock_money(p_organization, false);
      select * into r from budget_reservations where organization_id = p_organization and request_id = p_request for update;
      if not found then
        select * into e from ledger_entries where organization_id = p_organization and request_id = p_request;
        if not found then
          return jsonb_build_object('settled', false, 'reason', 'unknown_request');
        end if;
        if e.kind = 'suspense' and p_amount is not null then
          return correct_entry(p_organization, e.id, p_amount, p_usage);
        end if;
        return jsonb_build_object('settled', true, 'replayed', true, 'entryId', e.id, 'chargedMicros', e.amount_micros,
          'suspense', e.kind = 'suspense');
      end if;
      select * into e from ledger_entries where organization_id = p_organization and request_id = p_request;
      if found then
        -- Charged under the same name beside it: nothing is spent twice.
        perform devart_unhold(r, 0);
        return jsonb_build_object('settled', true, 'replayed', true, 'entryId', e.id, 'chargedMicros', e.amount_micros,
          'suspense', e.kind = 'suspense');
      end if;
      perform devart_unhold(r, coalesce(p_amount, r.amount_micros));
      insert into ledger_entries (organization_id, at, kind, amount_micros, request_id, service_id, actor,
        agent_id, team, task_id, run_id, workflow_id, entity_ref, model, input_tokens, output_tokens, detail, delegated_from)
      values (p_organization, r.at, case when p_amount is null then 'suspense' else 'charge' end,
        coalesce(p_amount, r.amount_micros), p_request, r.service_id, coalesce(r.attribution ->> 'actor', devart_actor()),
        (r.attribution ->> 'agentId')::uuid, r.attribution ->> 'team', (r.attribution ->> 'taskId')::uuid,
        (r.attribution ->> 'runId')::uuid, (r.attribution ->> 'workflowId')::uuid, r.attribution ->> 'entityRef',
        coalesce(p_usage ->> 'model', r.attribution ->> 'model'), (p_usage ->> 'inputTokens')::bigint,
        (p_usage ->> 'outputTokens')::bigint, p_usage -> 'detail',
        coalesce((select array_agg(x::uuid) from jsonb_array_elements_text(r.attribution -> 'delegatedFrom') x), '{}'))
      on conflict (organization_id, request_id) do nothing
      returning * into e;
      if not found then
        raise exception 'the request was charged a moment ago' using errcode = 'serialization_failure';
      end if;
      return jsonb_build_object('settled', true, 'replayed', false, 'entryId', e.id, 'chargedMicros', e.amount_micros,
        'suspense', e.kind = 'suspense');
    end $$;

  -- Settles several reservations: each row of a budget is changed once for all of them. All or nothing:
  -- answers whether it did; those that are not open any more have to be settled one by one.
  create function settle_group(p_organization uuid, p_requests text[], p_amounts bigint[], p_usages jsonb[])
  returns boolean language plpgsql as $$
    declare
      v_ids uuid[];
      v_lines record;
      v_count integer;
    begin
      if exists (select 1 from unnest(p_amounts) a where a < 0 or a > 1000000000000000) then
        return false;
      end if;
      perform devart_lock_money(p_organization, false);
      -- All of them before the first window: whoever settles or expires one of them by itself has it before its windows, too.
      select array_agg(locked.id) into v_ids from (
        select id from budget_reservations where id = any (array(
          select known.id from unnest(p_requests) asked (request) cross join lateral (
            select id from budget_reservations where organization_id = p_organization and request_id = asked.request limit 1) known))
        order by id for update) locked;
      if cardinality(v_ids) is distinct from cardinality(p_requests)
        or devart_is_charged(p_organization, p_requests)
      then
        return false;
      end if;
      -- In the order in which devart_take locks them.
      for v_lines in
        select l.id, l.starts_at, l.shard, sum(r.amount_micros)::bigint held, sum(coalesce(g.amount, r.amount_micros))::bigint spent
        from unnest(p_requests, p_amounts) g (request, amount)
        cross join lateral (
          select * from budget_reservations where organization_id = p_organization and request_id = g.request limit 1) r,
          unnest(r.budget_ids, r.window_starts, r.shards) l (id, starts_at, shard)
        group by l.id, l.starts_at, l.shard order by l.id, l.starts_at, l.shard
      loop
        update budget_windows set reserved_micros = reserved_micros - v_lines.held, spent_micros = spent_micros + v_lines.spent
        where budget_id = v_lines.id and starts_at = v_lines.starts_at and shard = v_lines.shard;
      end loop;
      insert into ledger_entries (organization_id, at, kind, amount_micros, request_id, service_id, actor,
        agent_id, team, task_id, run_id, workflow_id, entity_ref, model, input_tokens, output_tokens, detail, delegated_from)
      select p_organization, r.at, case when g.amount is null then 'suspense' else 'charge' end,
        coalesce(g.amount, r.amount_micros), r.request_id, r.service_id, coalesce(r.attribution ->> 'actor', devart_actor()),
        (r.attribution ->> 'agentId')::uuid, r.attribution ->> 'team', (r.attribution ->> 'taskId')::uuid,
        (r.attribution ->> 'runId')::uuid, (r.attribution ->> 'workflowId')::uuid, r.attribution ->> 'entityRef',
        coalesce(g.usage ->> 'model', r.attribution ->> 'model'), (g.usage ->> 'inputTokens')::bigint,
        (g.usage ->> 'outputTokens')::bigint, g.usage -> 'detail',
        coalesce((select array_agg(x::uuid) from jsonb_array_elements_text(r.attribution -> 'delegatedFrom') x), '{}')
      from unnest(p_requests, p_amounts, p_usages) g (request, amount, usage)
      cross join lateral (
        select * from budget_reservations where organization_id = p_organization and request_id = g.request limit 1) r
      order by r.request_id
      on conflict (organization_id, request_id) do nothing;
      get diagnostics v_count = row_count;
      if v_count <> cardinality(p_requests) then
        raise exception 'a request was charged a moment ago' using errcode = 'serialization_failure';
      end if;
      delete from budget_reservations where id = any (v_ids);
      return true;
    end $$;

  -- Frees what was held back for a call that was never made.
  create function release_reservation(p_organization uuid, p_request text) returns boolean language plpgsql as $$
    declare
      r budget_reservations;
    begin
      perform devart_lock_money(p_organization, false);
      select * into r from budget_reservations where organization_id = p_organization and request_id = p_request for update;
      if not found then
        return false;
      end if;
      perform devart_unhold(r, 0);
      return true;
    end $$;

  -- Turns the reservation that is overdue longest into suspense; answers whether there was one.
  -- One at a time: two in one transaction could lock windows crosswise. Whoever comes
  -- second, be it another replica or the call itself, finds it settled.
  create function expire_reservation() returns boolean language plpgsql as $$
    declare
      r record;
    begin
      select organization_id, request_id into r from budget_reservations
      where expires_at <= clock_timestamp() order by expires_at limit 1;
      if not found then
        return false;
      end if;
      perform settle_reservation(r.organization_id, r.request_id, null);
      return true;
    end $$;

  -- Says what something in the ledger truly cost. The entry stays; the difference is one of its own.
  create function correct_entry(p_organization uuid, p_entry uuid, p_amount bigint, p_usage jsonb default '{}')
  returns jsonb language plpgsql as $$
    declare
      e ledger_entries;
      c ledger_entries;
      v_difference bigint;
      w record;
    begin
      if p_amount < 0 or p_amount > 1000000000000000 then
        raise exception 'an amount must be from 0 to 1000000000000000 millionths' using errcode = 'invalid_parameter_value';
      end if;
      perform devart_lock_money(p_organization, false);
      select * into e from ledger_entries where organization_id = p_organization and id = p_entry and kind <> 'correction';
      if not found then
        return jsonb_build_object('settled', false, 'reason', 'unknown_entry');
      end if;
      v_difference := p_amount - e.amount_micros;
      insert into ledger_entries (organization_id, at, kind, amount_micros, request_id, corrects_id, service_id, delegated_from,
        actor, agent_id, team, task_id, run_id, workflow_id, entity_ref, model, input_tokens, output_tokens, detail)
      values (p_organization, e.at, 'correction', v_difference, e.request_id || '#corrected', e.id, e.service_id, e.delegated_from,
        coalesce(p_usage ->> 'actor', e.actor), e.agent_id, e.team, e.task_id, e.run_id, e.workflow_id, e.entity_ref,
        coalesce(p_usage ->> 'model', e.model), (p_usage ->> 'inputTokens')::bigint, (p_usage ->> 'outputTokens')::bigint,
        p_usage -> 'detail')
      on conflict (organization_id, request_id) do nothing returning * into c;
      if not found then
        select * into strict c from ledger_entries where organization_id = p_organization and corrects_id = e.id;
        return jsonb_build_object('settled', true, 'replayed', true, 'entryId', c.id,
          'chargedMicros', e.amount_micros + c.amount_micros, 'suspense', false);
      end if;
      for w in
        select x.budget_id, x.starts_at from budget_windows x join budgets b on b.id = x.budget_id
        where x.organization_id = p_organization and x.shard = 0 and x.starts_at <= e.at and x.ends_at > e.at
          and devart_counts(b.scope_kind, b.scope_ref, e.service_id, e.agent_id::text, e.team, e.workflow_id::text, e.run_id::text)
        order by x.budget_id, x.starts_at
      loop
        update budget_windows set spent_micros = spent_micros + v_difference
        where budget_id = w.budget_id and starts_at = w.starts_at and shard = 0;
      end loop;
      return jsonb_build_object('settled', true, 'replayed', false, 'entryId', c.id, 'chargedMicros', p_amount, 'suspense', false);
    end $$;
`;

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    drop function charge_service, charge_group, reserve_service, reserve_group, settle_reservation, settle_group,
      release_reservation, expire_reservation,
      correct_entry, open_budget, cap_budget, shard_budget, set_time_zone, devart_is_used, devart_is_charged, devart_unhold, devart_suspend, devart_charged,
      devart_take, devart_look, devart_borrow, devart_level_window, devart_open_window, devart_counts, devart_window_start,
      devart_window_end, devart_lock_money;
    drop type devart_taking;
    drop table budget_pauses, budget_alerts, budget_changes, ledger_entries, budget_reservations, budget_windows, budgets, services;
    alter table organizations drop column currency, drop column time_zone;
  `);
};
