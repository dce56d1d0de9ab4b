// @ts-check

/**
 * What tasks cost, which of them cost too much, and what they were expected to cost.
 *
 * task_cost_summary says it as the ledger has it at the moment. Over many tasks
 * that takes long, so task_costs keeps the same for each task, read from the
 * ledger a moment later: nothing is written there when something is charged.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    -- What each task has cost, also one that was deleted; tasks that cost nothing have no row.
    create view task_cost_summary with (security_invoker = true) as
      select s.organization_id, s.task_id, t.title, t.type, t.status, t.entity_ref, t.agent_id, s.model,
        coalesce(t.created_at, s.first_at) as created_at, t.finished_at, t.id is null as is_deleted,
        s.cost_micros, s.calls, s.input_tokens, s.output_tokens
      from (
        select organization_id, task_id, min(first_at) as first_at,
          -- The one that most of it was spent on.
          (array_agg(model order by cost_micros desc, model) filter (where model is not null))[1] as model,
          sum(cost_micros)::bigint as cost_micros, sum(calls)::bigint as calls,
          sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens
        from (
          select organization_id, task_id, model, min(at) as first_at, sum(amount_micros) as cost_micros,
            count(*) filter (where kind <> 'correction') as calls,
            coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens
          from ledger_entries where task_id is not null group by organization_id, task_id, model
        ) by_model
        group by organization_id, task_id
      ) s
      left join task_live t on t.id = s.task_id and t.organization_id = s.organization_id;
    grant select on task_cost_summary to devart_system, devart_request;

    create table task_costs (
      organization_id uuid not null,
      task_id uuid not null,
      type text,
      -- How the task ended; nothing while it has not.
      status text,
      entity_ref text,
      agent_id uuid,
      model text,
      created_at timestamptz not null,
      finished_at timestamptz,
      is_deleted boolean not null,
      cost_micros bigint not null,
      calls bigint not null,
      input_tokens bigint not null,
      output_tokens bigint not null,
      primary key (organization_id, task_id)
    );
    create index task_costs_created on task_costs (organization_id, created_at);
    create index task_costs_samples on task_costs (organization_id, type, finished_at desc)
      where finished_at is not null and cost_micros > 0;
    create index task_costs_finished on task_costs (organization_id, finished_at desc)
      where finished_at is not null and cost_micros > 0;
    create index task_costs_open on task_costs (organization_id, task_id)
      where finished_at is null and not is_deleted;

    -- Up to where the ledger of an organisation stands in task_costs.
    create table task_cost_progress (
      organization_id uuid primary key references organizations (id),
      read_to timestamptz not null
    );

    -- Tasks that cost far more than others of their type, with what was known then. Once a task.
    create table task_cost_flags (
      id uuid not null default devart_uuid7(),
      organization_id uuid not null,
      task_id uuid not null,
      type text not null,
      cost_micros bigint not null,
      median_micros bigint not null,
      threshold_micros bigint not null,
      score double precision not null,
      samples integer not null,
      flagged_at timestamptz not null default now(),
      status text not null default 'open' check (status in ('open', 'justified', 'confirmed')),
      reviewed_by text,
      reviewed_at timestamptz,
      comment text,
      primary key (organization_id, task_id),
      check ((reviewed_by is null) = (reviewed_at is null))
    );
    create unique index task_cost_flags_feed on task_cost_flags (organization_id, id desc);

    create table analytics_settings (
      organization_id uuid primary key references organizations (id),
      outlier_detection_stddev double precision not null check (outlier_detection_stddev between 0.5 and 10),
      updated_by text not null,
      updated_at timestamptz not null default now()
    );

    -- What a task was expected to cost before it ran.
    create table cost_estimates (
      organization_id uuid not null,
      task_id uuid not null,
      type text not null,
      expected_micros bigint not null,
      median_micros bigint not null,
      -- The ends of the intervals that should hold 50, 80 and 95 of 100 costs.
      low_micros bigint[] not null,
      high_micros bigint[] not null,
      -- The group of past tasks, how many they were, and how the intervals were found.
      rests_on text not null,
      samples integer not null,
      method text not null,
      made_at timestamptz not null default now(),
      primary key (organization_id, task_id)
    );
  `);
  for (const table of [
    'task_costs',
    'task_cost_progress',
    'task_cost_flags',
    'analytics_settings',
    'cost_estimates',
  ]) {
    await knex.raw(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy system_all on ${table} to devart_system using (true) with check (true);
      create policy member_read on ${table} for select to devart_request
        using (organization_id = devart_organization());
      grant select, insert, update, delete on ${table} to devart_system;
      grant select on ${table} to devart_request;
    `);
  }
  await knex.raw(`
    grant update (status, reviewed_by, reviewed_at, comment) on task_cost_flags to devart_request;
    create policy staff_update on task_cost_flags for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    grant insert, update on analytics_settings to devart_request;
    create policy staff_insert on analytics_settings for insert to devart_request
      with check (devart_is_staff(organization_id) and updated_by = devart_actor());
    create policy staff_update on analytics_settings for update to devart_request
      using (devart_is_staff(organization_id))
      with check (devart_is_staff(organization_id) and updated_by = devart_actor());

    -- The least id of version 7 that something may have which was written at an instant.
    create function devart_uuid7_from(p_at timestamptz) returns uuid language sql immutable parallel safe as $$
      select (lpad(to_hex(greatest(0, floor(extract(epoch from p_at) * 1000))::bigint), 12, '0') || repeat('0', 20))::uuid
    $$;

    -- Reads what came into the ledger since the last time. p_complete_to: everything that was
    -- written before it can be seen; what came later is read, and read again next time.
    create function collect_task_costs(p_organization uuid, p_complete_to timestamptz) returns integer
    language plpgsql as $$
      declare
        v_from uuid;
        v_tasks uuid[];
        v_read integer;
        v_all integer := 0;
        c_page constant integer := 20000;
      begin
        perform pg_advisory_xact_lock(hashtextextended('devart task costs ' || p_organization, 0));
        insert into task_cost_progress (organization_id, read_to) values (p_organization, 'epoch') on conflict do nothing;
        select devart_uuid7_from(read_to) into strict v_from from task_cost_progress where organization_id = p_organization;
        loop
          select count(*), array_agg(distinct task_id) filter (where task_id is not null), (array_agg(id order by id desc))[1]
          into v_read, v_tasks, v_from
          from (select id, task_id from ledger_entries where organization_id = p_organization and id > v_from
            order by id limit c_page) page;
          insert into task_costs (organization_id, task_id, type, status, entity_ref, agent_id, model, created_at, finished_at,
            is_deleted, cost_micros, calls, input_tokens, output_tokens)
          select organization_id, task_id, type, case when finished_at is not null then status end, entity_ref, agent_id, model,
            created_at, finished_at, is_deleted, cost_micros, calls, input_tokens, output_tokens
          from task_cost_summary where organization_id = p_organization and task_id = any(v_tasks)
          on conflict (organization_id, task_id) do update set
            type = coalesce(excluded.type, task_costs.type),
            status = case when excluded.is_deleted then task_costs.status else excluded.status end,
            entity_ref = coalesce(excluded.entity_ref, task_costs.entity_ref),
            agent_id = coalesce(excluded.agent_id, task_costs.agent_id), model = excluded.model,
            finished_at = case when excluded.is_deleted then task_costs.finished_at else excluded.finished_at end,
            is_deleted = excluded.is_deleted, cost_micros = excluded.cost_micros, calls = excluded.calls,
            input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens;
          v_all := v_all + v_read;
          exit when v_read < c_page;
        end loop;
        -- How tasks ended that had cost something before they did.
        update task_costs c set type = coalesce(t.type, c.type), status = t.status, entity_ref = coalesce(t.entity_ref, c.entity_ref),
          agent_id = coalesce(t.agent_id, c.agent_id), finished_at = t.finished_at, is_deleted = t.id is null
        from task_costs o left join tasks t on t.id = o.task_id
        where o.organization_id = p_organization and o.finished_at is null and not o.is_deleted
          and (t.id is null or t.finished_at is not null)
          and c.organization_id = o.organization_id and c.task_id = o.task_id;
        update task_cost_progress set read_to = greatest(read_to, p_complete_to) where organization_id = p_organization;
        return v_all;
      end $$;

    -- Flags tasks whose cost is an outlier among those of their type: the log of the cost lies more
    -- than k deviations above the median, where the deviation is 1.4826 times the median absolute
    -- deviation (B. Iglewicz, D. C. Hoaglin: How to Detect and Handle Outliers, 1993). k is the
    -- organisation's outlier_detection_stddev. Costs are compared by their logs, since they are
    -- skewed: a task twice as dear as usual is as odd as one half as dear. Where nearly all cost
    -- the same, a tenth counts as the deviation, so that nobody is called for a few parts in a thousand.
    --
    -- Looks at p_days, at types with at least p_samples finished tasks; answers every type.
    create function flag_costly_tasks(p_organization uuid, p_days integer default 90, p_samples integer default 20)
    returns table (of_type text, samples integer, median_micros bigint, threshold_micros bigint, flagged integer)
    language sql as $$
      with sample as (
        select task_id, type, cost_micros, ln(cost_micros::double precision) as x from task_costs
        where organization_id = p_organization and status in ('succeeded', 'failed', 'dead_letter') and cost_micros > 0
          and type is not null and finished_at > now() - make_interval(days => p_days)
      ),
      centre as (
        select type, count(*)::integer as n, percentile_cont(0.5) within group (order by x) as median
        from sample group by type
      ),
      spread as (
        select c.type, c.n, c.median, greatest(ln(1.1),
          1.4826 * percentile_cont(0.5) within group (order by abs(s.x - c.median))) as deviation
        from centre c join sample s on s.type = c.type where c.n >= p_samples group by c.type, c.n, c.median
      ),
      limits as (
        select s.type, s.n, s.median, s.deviation, s.median + s.deviation * coalesce(
          (select outlier_detection_stddev from analytics_settings where organization_id = p_organization), 2) as most
        from spread s
      ),
      added as (
        insert into task_cost_flags (organization_id, task_id, type, cost_micros, median_micros, threshold_micros, score, samples)
        select p_organization, s.task_id, s.type, s.cost_micros, round(exp(l.median)), ceil(exp(l.most)),
          (s.x - l.median) / l.deviation, l.n
        from sample s join limits l on l.type = s.type where s.x > l.most
        order by s.task_id
        on conflict (organization_id, task_id) do nothing
        returning type
      )
      select c.type, c.n, round(exp(c.median))::bigint, ceil(exp(l.most))::bigint,
        (select count(*)::integer from added a where a.type = c.type)
      from centre c left join limits l on l.type = c.type order by c.type
    $$;

    do $$
    declare f regprocedure;
    begin
      for f in select p.oid from pg_proc p where p.pronamespace = current_schema()::regnamespace
        and p.proname in ('collect_task_costs', 'flag_costly_tasks')
      loop
        execute format('revoke all on function %s from public', f);
        execute format('grant execute on function %s to devart_system', f);
      end loop;
    end $$;
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    drop function flag_costly_tasks, collect_task_costs, devart_uuid7_from;
    drop view task_cost_summary;
    drop table cost_estimates, analytics_settings, task_cost_flags, task_cost_progress, task_costs;
  `);
};
