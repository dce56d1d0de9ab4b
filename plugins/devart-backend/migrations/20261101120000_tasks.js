// @ts-check

/**
 * Tasks with their history, the queue, and the sessions that hold leases.
 *
 * task_queue holds only what is queued and stays narrow: claims delete from it
 * and never touch an index of the wide tables on their search. A lease belongs
 * to a session, so that a heartbeat writes one row however many tasks it keeps.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    -- Every set of capabilities that a task asked for, once: the queue is
    -- searched by equality on its number.
    create table capability_sets (
      id integer generated always as identity primary key,
      organization_id uuid not null references organizations (id),
      capabilities text[] not null,
      unique (organization_id, capabilities)
    );
    alter table capability_sets enable row level security;
    alter table capability_sets force row level security;
    grant select, insert on capability_sets to devart_system, devart_request, devart_agent;
    create policy system_all on capability_sets to devart_system using (true) with check (true);
    create policy organization_read on capability_sets for select to devart_request, devart_agent
      using (organization_id = devart_organization());
    create policy organization_insert on capability_sets for insert to devart_request
      with check (devart_is_staff(organization_id));
    create policy agent_insert on capability_sets for insert to devart_agent
      with check (organization_id = devart_organization());

    create table tasks (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      title text not null,
      description text not null,
      type text not null,
      status text not null check (status in
        ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'rejected', 'dead_letter')),
      waiting_reason text check (waiting_reason in ('approval', 'budget', 'input', 'dependency')),
      -- 0 critical, 1 high, 2 medium, 3 low
      priority smallint not null check (priority between 0 and 3),
      capability_set_id integer not null references capability_sets (id),
      entity_ref text,
      agent_id uuid references agents (id) on delete set null,
      session_id uuid,
      attempt integer not null default 0,
      -- Attempts that failed or were lost since the task was last queued by a person.
      failures integer not null default 0,
      max_attempts integer not null check (max_attempts > 0),
      run_after timestamptz,
      parent_id uuid references tasks (id) on delete set null,
      -- The run of a workflow, and its step, that the task does.
      run_id uuid,
      run_step_id uuid,
      idempotency_key text,
      request_hash bytea,
      input jsonb not null,
      output jsonb,
      last_error text,
      progress_percent real,
      progress_message text,
      traceparent text,
      created_by text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      version integer not null default 1,
      words tsvector generated always as
        (to_tsvector('simple', title || ' ' || left(description, 2000))) stored,
      check ((status = 'waiting') = (waiting_reason is not null))
    );
    create unique index tasks_idempotency on tasks (organization_id, idempotency_key) where idempotency_key is not null;
    create index tasks_feed on tasks (organization_id, id desc);
    create index tasks_status on tasks (organization_id, status, id desc);
    create index tasks_status_priority on tasks (organization_id, status, priority, id desc);
    create index tasks_agent on tasks (organization_id, agent_id, id desc) where agent_id is not null;
    create index tasks_entity on tasks (organization_id, entity_ref, id desc) where entity_ref is not null;
    create index tasks_run on tasks (run_id, id desc) where run_id is not null;
    create index tasks_parent on tasks (parent_id, id) where parent_id is not null;
    create index tasks_running on tasks (session_id) where status = 'running';
    create index tasks_running_agent on tasks (agent_id) where status = 'running';
    create index tasks_finished on tasks (organization_id, finished_at) where finished_at is not null;
    alter table tasks enable row level security;
    alter table tasks force row level security;
    grant select, insert, update, delete on tasks to devart_system, devart_request;
    grant select, insert, update on tasks to devart_agent;
    create policy system_all on tasks to devart_system using (true) with check (true);
    create policy member_read on tasks for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_insert on tasks for insert to devart_request
      with check (devart_is_staff(organization_id) and created_by = devart_actor());
    create policy staff_update on tasks for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    create policy staff_delete on tasks for delete to devart_request
      using (devart_is_staff(organization_id));
    -- An agent sees what it holds and what it made, and changes what it holds.
    create policy agent_read on tasks for select to devart_agent
      using (organization_id = devart_organization()
        and (agent_id = devart_agent() or created_by = devart_actor()));
    create policy agent_insert on tasks for insert to devart_agent
      with check (organization_id = devart_organization() and created_by = devart_actor());
    create policy agent_update on tasks for update to devart_agent
      using (organization_id = devart_organization() and agent_id = devart_agent())
      with check (organization_id = devart_organization() and agent_id = devart_agent());

    create table task_queue (
      task_id uuid primary key references tasks (id) on delete cascade,
      organization_id uuid not null,
      capability_set_id integer not null,
      -- created_at + rank * ageing interval: one index gives priority and ageing.
      sort_key timestamptz not null,
      available_at timestamptz not null,
      -- Whether available_at has come; the index holds no row that cannot be claimed.
      ready boolean not null
    );
    create index task_queue_ready on task_queue (capability_set_id, sort_key, task_id) where ready;
    create index task_queue_due on task_queue (available_at) where not ready;
    alter table task_queue set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
    alter table task_queue enable row level security;
    alter table task_queue force row level security;
    grant select, insert, update, delete on task_queue to devart_system, devart_request;
    grant insert on task_queue to devart_agent;
    create policy system_all on task_queue to devart_system using (true) with check (true);
    create policy member_read on task_queue for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_write on task_queue to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    create policy agent_enqueue on task_queue for insert to devart_agent
      with check (organization_id = devart_organization() and exists (select 1 from tasks where id = task_id));

    -- A running copy of an agent. Its tasks go back when it is not heard of until expires_at.
    create table agent_sessions (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      agent_id uuid not null references agents (id) on delete cascade,
      software text,
      started_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      expires_at timestamptz not null
    ) with (fillfactor = 50);
    create index agent_sessions_agent on agent_sessions (agent_id);
    alter table agent_sessions enable row level security;
    alter table agent_sessions force row level security;
    grant select, insert, update, delete on agent_sessions to devart_system;
    grant select on agent_sessions to devart_request, devart_agent;
    create policy system_all on agent_sessions to devart_system using (true) with check (true);
    create policy member_read on agent_sessions for select to devart_request
      using (organization_id = devart_organization());
    create policy agent_read on agent_sessions for select to devart_agent
      using (organization_id = devart_organization() and agent_id = devart_agent());

    create table task_attempts (
      task_id uuid not null references tasks (id) on delete cascade,
      attempt integer not null,
      organization_id uuid not null,
      agent_id uuid references agents (id) on delete set null,
      agent_name text not null,
      session_id uuid not null,
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      outcome text check (outcome in ('succeeded', 'failed', 'cancelled', 'lost', 'waiting')),
      error text,
      primary key (task_id, attempt)
    );
    create index task_attempts_agent on task_attempts (agent_id, finished_at) where finished_at is not null;
    alter table task_attempts enable row level security;
    alter table task_attempts force row level security;
    grant select, insert, update, delete on task_attempts to devart_system;
    grant select, update (finished_at, outcome, error) on task_attempts to devart_request;
    grant select on task_attempts to devart_agent;
    create policy system_all on task_attempts to devart_system using (true) with check (true);
    create policy member_read on task_attempts for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_update on task_attempts for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    create policy agent_read on task_attempts for select to devart_agent
      using (organization_id = devart_organization() and agent_id = devart_agent());

    create table task_transitions (
      id uuid primary key default devart_uuid7(),
      organization_id uuid not null,
      task_id uuid not null references tasks (id) on delete cascade,
      at timestamptz not null default now(),
      from_status text,
      to_status text not null,
      attempt integer not null,
      actor text not null,
      reason text
    );
    create index task_transitions_task on task_transitions (task_id, id);
    alter table task_transitions enable row level security;
    alter table task_transitions force row level security;
    grant select, insert on task_transitions to devart_system, devart_request, devart_agent;
    create policy system_all on task_transitions to devart_system using (true) with check (true);
    create policy member_read on task_transitions for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_append on task_transitions for insert to devart_request
      with check (devart_is_staff(organization_id) and actor = devart_actor());
    create policy agent_read on task_transitions for select to devart_agent
      using (organization_id = devart_organization() and exists (select 1 from tasks where id = task_id));
    create policy agent_append on task_transitions for insert to devart_agent
      with check (organization_id = devart_organization() and actor = devart_actor()
        and exists (select 1 from tasks where id = task_id));

    create table task_log_batches (
      id uuid primary key,
      organization_id uuid not null,
      task_id uuid not null references tasks (id) on delete cascade,
      attempt integer not null,
      at timestamptz not null default now()
    );
    create index task_log_batches_task on task_log_batches (task_id);
    create table task_log_lines (
      task_id uuid not null references tasks (id) on delete cascade,
      seq bigint generated always as identity,
      organization_id uuid not null,
      attempt integer not null,
      at timestamptz not null,
      level text not null check (level in ('debug', 'info', 'warn', 'error')),
      message text not null,
      primary key (task_id, seq)
    );
    create table task_artifacts (
      id uuid primary key,
      organization_id uuid not null,
      task_id uuid not null references tasks (id) on delete cascade,
      attempt integer not null,
      name text not null,
      media_type text not null,
      size integer not null,
      sha256 text not null,
      content bytea not null,
      created_at timestamptz not null default now(),
      unique (task_id, attempt, name)
    );
  `);
  for (const table of [
    'task_log_batches',
    'task_log_lines',
    'task_artifacts',
  ]) {
    await knex.raw(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      grant select, insert, update, delete on ${table} to devart_system;
      grant select on ${table} to devart_request;
      grant select, insert, update on ${table} to devart_agent;
      create policy system_all on ${table} to devart_system using (true) with check (true);
      create policy member_read on ${table} for select to devart_request
        using (organization_id = devart_organization());
      create policy agent_read on ${table} for select to devart_agent
        using (organization_id = devart_organization() and exists (select 1 from tasks where id = task_id));
      create policy agent_insert on ${table} for insert to devart_agent
        with check (organization_id = devart_organization()
          and exists (select 1 from tasks where id = task_id and agent_id = devart_agent()));
      create policy agent_update on ${table} for update to devart_agent
        using (organization_id = devart_organization()
          and exists (select 1 from tasks where id = task_id and agent_id = devart_agent()))
        with check (organization_id = devart_organization()
          and exists (select 1 from tasks where id = task_id and agent_id = devart_agent()));
    `);
  }
  await knex.raw(`
    -- How an agent is right now, with what belongs to tasks and sessions folded in.
    create view agent_live with (security_invoker = true) as
      select
        a.id as agent_id,
        greatest(a.last_seen_at, s.last_seen_at) as last_seen_at,
        coalesce(s.software, a.software) as software,
        r.running,
        case
          when o.agents_halted_at is not null and a.activation = 'active' then 'halted'
          when a.activation <> 'active' then a.activation
          when s.last_seen_at is null then 'offline'
          when r.running > 0 then 'busy'
          else 'idle'
        end as status
      from agents a
      join organizations o on o.id = a.organization_id
      left join lateral (
        select max(last_seen_at) as last_seen_at,
          (array_agg(software order by last_seen_at desc) filter (where software is not null))[1] as software
        from agent_sessions where agent_id = a.id and expires_at > now()
      ) s on true
      left join lateral (
        select count(*)::int as running from tasks where agent_id = a.id and status = 'running'
      ) r on true;
    grant select on agent_live to devart_system, devart_request, devart_agent;
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    drop view agent_live;
    drop table task_artifacts, task_log_lines, task_log_batches, task_transitions,
      task_attempts, agent_sessions, task_queue, tasks, capability_sets;
  `);
};
