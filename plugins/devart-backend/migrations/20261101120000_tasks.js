// @ts-check

/**
 * Tasks with their history, the queue, the leases, and the sessions they belong to.
 *
 * A task is queued while it has a row in task_queue, runs while it has one in
 * task_leases, and rests as its own row says otherwise. A claim moves a row from
 * the first to the second, both narrow, and writes nothing else: the wide row,
 * its indexes and the history are written once, when the attempt ends. Read
 * task_live for where a task stands. A lease belongs to a session, so that a
 * heartbeat writes one row however many tasks it keeps.
 *
 * The narrow tables and the history have no foreign keys. The statements that
 * write them have just read the rows that they refer to; checking that again
 * took a third of the time of a batch. Removing a task removes them.
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
      -- Where the task stands unless it has a lease; 'queued' while it has one.
      status text not null check (status in
        ('queued', 'waiting', 'succeeded', 'failed', 'cancelled', 'rejected', 'dead_letter')),
      waiting_reason text check (waiting_reason in ('approval', 'budget', 'input', 'dependency')),
      -- 0 critical, 1 high, 2 medium, 3 low
      priority smallint not null check (priority between 0 and 3),
      capability_set_id integer not null references capability_sets (id),
      entity_ref text,
      -- Who ended it or let it wait; nobody while it is queued or running.
      agent_id uuid,
      -- Attempts that have ended.
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
    ) with (fillfactor = 50);
    -- No index has a column that the end of an attempt changes, and every page has
    -- room for each of its tasks once more: the end rewrites the row in its place
    -- and touches no index (a heap-only tuple). That took 15 page visits a task
    -- before. Where tasks came to rest is found over their history instead.
    create unique index tasks_idempotency on tasks (organization_id, idempotency_key) where idempotency_key is not null;
    create index tasks_feed on tasks (organization_id, id desc);
    create index tasks_entity on tasks (organization_id, entity_ref, id desc) where entity_ref is not null;
    create index tasks_run on tasks (run_id, id desc) where run_id is not null;
    create index tasks_parent on tasks (parent_id, id) where parent_id is not null;
    alter table tasks enable row level security;
    alter table tasks force row level security;

    create table task_queue (
      task_id uuid primary key,
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

    -- The attempts that run. Space is left for progress, which touches no index.
    create table task_leases (
      task_id uuid primary key,
      organization_id uuid not null,
      agent_id uuid not null,
      agent_name text not null,
      session_id uuid not null,
      attempt integer not null,
      capability_set_id integer not null,
      -- Whether something else follows from its end in the same transaction: the
      -- step of a run, or what the control plane does for tasks of its type.
      hooked boolean not null,
      -- Who made the task, and so may see that it runs.
      created_by text not null,
      started_at timestamptz not null default now(),
      -- Changes since the claim, which is one itself.
      version integer not null default 1,
      updated_at timestamptz not null default now(),
      progress_percent real,
      progress_message text
    ) with (fillfactor = 80);
    create index task_leases_agent on task_leases (agent_id);
    alter table task_leases set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
    alter table task_leases enable row level security;
    alter table task_leases force row level security;
    grant select, insert, update, delete on task_leases to devart_system;
    grant select, update, delete on task_leases to devart_request;
    grant select, update (progress_percent, progress_message, version, updated_at) on task_leases to devart_agent;
    create policy system_all on task_leases to devart_system using (true) with check (true);
    create policy member_read on task_leases for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_update on task_leases for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    create policy staff_delete on task_leases for delete to devart_request
      using (devart_is_staff(organization_id));
    create policy agent_read on task_leases for select to devart_agent
      using (organization_id = devart_organization()
        and (agent_id = devart_agent() or created_by = devart_actor()));
    create policy agent_update on task_leases for update to devart_agent
      using (organization_id = devart_organization() and agent_id = devart_agent())
      with check (organization_id = devart_organization() and agent_id = devart_agent());

    grant select, insert, update, delete on tasks to devart_system, devart_request;
    grant select, insert on tasks to devart_agent;
    create policy system_all on tasks to devart_system using (true) with check (true);
    create policy member_read on tasks for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_insert on tasks for insert to devart_request
      with check (devart_is_staff(organization_id) and created_by = devart_actor());
    create policy staff_update on tasks for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    create policy staff_delete on tasks for delete to devart_request
      using (devart_is_staff(organization_id));
    -- An agent sees what it holds, what it ended, and what it made.
    create policy agent_read on tasks for select to devart_agent
      using (organization_id = devart_organization()
        and (agent_id = devart_agent() or created_by = devart_actor()
          or id in (select task_id from task_leases where agent_id = devart_agent())));
    create policy agent_insert on tasks for insert to devart_agent
      with check (organization_id = devart_organization() and created_by = devart_actor());
    create policy agent_enqueue on task_queue for insert to devart_agent
      with check (organization_id = devart_organization() and exists (select 1 from tasks where id = task_id));

    -- Tasks as they are right now: those with a lease run.
    create view task_live with (security_invoker = true) as
      select t.id, t.organization_id, t.title, t.description, t.type,
        case when l.task_id is null then t.status else 'running' end as status,
        t.waiting_reason, t.priority, t.capability_set_id, t.entity_ref,
        coalesce(l.agent_id, t.agent_id) as agent_id,
        coalesce(l.attempt, t.attempt) as attempt,
        t.failures, t.max_attempts,
        case when l.task_id is null then t.run_after end as run_after,
        t.parent_id, t.run_id, t.run_step_id, t.idempotency_key, t.input, t.output, t.last_error,
        case when l.task_id is null then t.progress_percent else l.progress_percent end as progress_percent,
        case when l.task_id is null then t.progress_message else l.progress_message end as progress_message,
        t.traceparent, t.created_by, t.created_at,
        coalesce(l.updated_at, t.updated_at) as updated_at,
        coalesce(l.started_at, t.started_at) as started_at,
        t.finished_at,
        t.version + coalesce(l.version, 0) as version
      from tasks t left join task_leases l on l.task_id = t.id;
    grant select on task_live to devart_system, devart_request, devart_agent;

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

    -- Attempts that have ended; written once.
    create table task_attempts (
      task_id uuid not null,
      attempt integer not null,
      organization_id uuid not null,
      agent_id uuid not null,
      agent_name text not null,
      session_id uuid not null,
      started_at timestamptz not null,
      finished_at timestamptz not null default now(),
      outcome text not null check (outcome in ('succeeded', 'failed', 'cancelled', 'lost', 'waiting')),
      error text,
      -- When the agent's own word ended the task: what it said. All other ends are
      -- told by the transition that follows from them.
      ended_as text check (ended_as in ('succeeded', 'failed')),
      reason text,
      primary key (task_id, attempt)
    );
    create index task_attempts_agent on task_attempts (agent_id, task_id desc);
    -- Those that succeeded are most of all: the primary key finds the latest.
    create index task_attempts_failed on task_attempts (organization_id, task_id desc) where ended_as = 'failed';
    -- Attempts are appended as they end: a few bytes for every megabyte tell the last day.
    create index task_attempts_finished on task_attempts using brin (finished_at) with (autosummarize = on);
    alter table task_attempts enable row level security;
    alter table task_attempts force row level security;
    grant select, insert, update, delete on task_attempts to devart_system;
    grant select, insert on task_attempts to devart_request;
    grant select on task_attempts to devart_agent;
    create policy system_all on task_attempts to devart_system using (true) with check (true);
    create policy member_read on task_attempts for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_insert on task_attempts for insert to devart_request
      with check (devart_is_staff(organization_id));
    create policy agent_read on task_attempts for select to devart_agent
      using (organization_id = devart_organization()
        and (agent_id = devart_agent() or exists (select 1 from tasks where id = task_id)));

    -- The changes of status that neither the task (its creation) nor an attempt
    -- (its claim, and its end by the agent's word) tells already.
    create table task_transitions (
      id uuid primary key default devart_uuid7(),
      organization_id uuid not null,
      task_id uuid not null,
      at timestamptz not null default now(),
      from_status text not null,
      to_status text not null,
      attempt integer not null,
      actor text not null,
      reason text
    );
    create index task_transitions_task on task_transitions (task_id, id);
    create index task_transitions_rest on task_transitions (organization_id, to_status, task_id desc)
      where to_status <> 'queued';
    alter table task_transitions enable row level security;
    alter table task_transitions force row level security;
    grant select, insert, delete on task_transitions to devart_system;
    grant select, insert on task_transitions to devart_request, devart_agent;
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
          and exists (select 1 from task_leases l where l.task_id = ${table}.task_id and l.agent_id = devart_agent()));
      create policy agent_update on ${table} for update to devart_agent
        using (organization_id = devart_organization()
          and exists (select 1 from task_leases l where l.task_id = ${table}.task_id and l.agent_id = devart_agent()))
        with check (organization_id = devart_organization()
          and exists (select 1 from task_leases l where l.task_id = ${table}.task_id and l.agent_id = devart_agent()));
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
        select count(*)::int as running from task_leases where agent_id = a.id
      ) r on true;
    grant select on agent_live to devart_system, devart_request, devart_agent;
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    drop view agent_live, task_live;
    drop table task_artifacts, task_log_lines, task_log_batches, task_transitions,
      task_attempts, agent_sessions, task_queue, tasks, task_leases, capability_sets;
  `);
};
