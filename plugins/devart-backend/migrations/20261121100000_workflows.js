// @ts-check

/**
 * Workflows, their published versions, and their runs.
 *
 * A run is one row with a version that every change of the run counts up, and a
 * row for every step; whoever changes a run locks its row first, so that a
 * replica can tell by the version whether what it remembers of it still holds.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    -- What a custom event carries, and how many runs lie between it and whoever
    -- began: what a run causes is one deeper than the run. The setting is that of
    -- a transaction in which an operation is done for a run.
    alter table events add column payload jsonb;
    alter table events add column depth smallint not null
      default coalesce(nullif(current_setting('devart.depth', true), '')::smallint, 0);

    create table workflows (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      name text not null,
      title text not null,
      description text not null,
      owner text,
      entity_ref text not null,
      managed_by text not null check (managed_by in ('api', 'catalog')),
      -- The version that runs are started of unless they say otherwise.
      current_version text not null,
      steps integer not null,
      last_run_number integer not null default 0,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- Runs of a deleted workflow stay readable, and so does what they ran.
      deleted_at timestamptz,
      unique (id, organization_id)
    ) with (fillfactor = 80);
    create unique index workflows_name on workflows (organization_id, lower(name)) where deleted_at is null;

    create table workflow_versions (
      id uuid primary key,
      organization_id uuid not null,
      workflow_id uuid not null,
      version text not null,
      source text not null,
      source_hash bytea not null,
      published_by text not null,
      -- The role in which whoever published it did so: runs that nobody starts
      -- act in the publisher's name, with no more than this.
      published_role text not null check (published_role in ('viewer', 'supervisor', 'admin')),
      published_at timestamptz not null default now(),
      unique (workflow_id, version),
      foreign key (workflow_id, organization_id) references workflows (id, organization_id)
    );
    create trigger workflow_versions_immutable before update or delete or truncate on workflow_versions
      for each statement execute function devart_refuse_change();

    -- What starts the current version besides people, and where its schedules stand.
    create table workflow_triggers (
      workflow_id uuid not null,
      organization_id uuid not null,
      position smallint not null,
      type text not null check (type in ('schedule', 'event', 'webhook')),
      topic text,
      cron text,
      timezone text,
      missed text,
      next_at timestamptz,
      last_error text,
      primary key (workflow_id, position),
      foreign key (workflow_id, organization_id) references workflows (id, organization_id) on delete cascade
    );
    create index workflow_triggers_due on workflow_triggers (next_at) where next_at is not null;
    create index workflow_triggers_topic on workflow_triggers (topic, organization_id) where topic is not null;

    create table workflow_webhooks (
      id uuid primary key,
      organization_id uuid not null,
      workflow_id uuid not null,
      name text not null,
      -- Encrypted: a signature can only be checked with the secret itself.
      secret bytea not null,
      created_by text not null,
      created_role text not null check (created_role in ('viewer', 'supervisor', 'admin')),
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      unique (workflow_id, name),
      foreign key (workflow_id, organization_id) references workflows (id, organization_id) on delete cascade
    );

    create table workflow_runs (
      id uuid primary key,
      organization_id uuid not null,
      workflow_id uuid not null,
      workflow_version text not null,
      number integer not null,
      status text not null check (status in ('running', 'succeeded', 'partial', 'failed', 'cancelled')),
      -- Which part of an open run is under way; see RunState.
      phase text not null check (phase in ('forward', 'cancelling', 'compensating', 'ended')),
      trigger text not null check (trigger in ('manual', 'schedule', 'event', 'webhook', 'workflow', 'resume')),
      trigger_data jsonb,
      parameters jsonb not null,
      outputs jsonb,
      -- How it will end once everything is taken back that is to be.
      outcome text check (outcome in ('succeeded', 'partial', 'failed', 'cancelled')),
      error text,
      started_by text not null,
      -- In whose name operations are done, and the most that they may do.
      acts_as text not null,
      acting_role text not null check (acting_role in ('viewer', 'supervisor', 'admin')),
      entity_ref text,
      idempotency_key text,
      request_hash bytea,
      depth smallint not null check (depth between 0 and 8),
      resumed_from uuid references workflow_runs (id),
      parent_run_id uuid references workflow_runs (id),
      parent_step_id uuid,
      traceparent text not null,
      deadline_at timestamptz,
      waiting_for text,
      steps_total integer not null,
      steps_succeeded integer not null,
      steps_failed integer not null,
      steps_open integer not null,
      cost_micros bigint not null default 0,
      -- Counts the steps that ended: compensations go back in this order.
      ended_steps integer not null default 0,
      started_at timestamptz not null,
      finished_at timestamptz,
      version integer not null,
      unique (workflow_id, number),
      foreign key (workflow_id, organization_id) references workflows (id, organization_id)
    ) with (fillfactor = 70);
    create unique index workflow_runs_idempotency on workflow_runs (organization_id, idempotency_key)
      where idempotency_key is not null;
    create index workflow_runs_feed on workflow_runs (organization_id, id desc);
    create index workflow_runs_workflow on workflow_runs (workflow_id, id desc);
    create index workflow_runs_entity on workflow_runs (organization_id, entity_ref, id desc) where entity_ref is not null;
    create index workflow_runs_open on workflow_runs (workflow_id) where status = 'running';
    create index workflow_runs_parent on workflow_runs (parent_run_id) where parent_run_id is not null;
    create index workflow_runs_deadline on workflow_runs (deadline_at)
      where deadline_at is not null and phase in ('forward', 'cancelling');

    create table workflow_steps (
      id uuid primary key,
      organization_id uuid not null,
      run_id uuid not null references workflow_runs (id) on delete cascade,
      -- Id of the step in the workflow; that of a compensation ends with .compensate.
      step text not null,
      position integer not null,
      matrix_index integer,
      matrix_values jsonb,
      status text not null check (status in
        ('pending', 'running', 'waiting', 'succeeded', 'failed', 'skipped', 'cancelled')),
      waiting_reason text,
      waiting_message text,
      -- How many of the steps it needs have not ended.
      open_needs integer not null,
      attempt integer not null default 0,
      due_at timestamptz,
      timeout_at timestamptz,
      wake_at timestamptz generated always as (least(due_at, timeout_at)) stored,
      -- The replica that does it, of steps that the control plane does itself.
      held_by uuid,
      task_id uuid,
      approval_id uuid,
      child_run_id uuid,
      -- Something that it began elsewhere is still to be called off.
      abandoned boolean not null default false,
      wait_topic text,
      compensates uuid,
      reused boolean not null default false,
      outputs jsonb,
      error text,
      cost_micros bigint not null default 0,
      started_at timestamptz,
      finished_at timestamptz,
      ended_order integer
    ) with (fillfactor = 70);
    create index workflow_steps_run on workflow_steps (run_id);
    create index workflow_steps_wake on workflow_steps (wake_at) where wake_at is not null;
    create index workflow_steps_held on workflow_steps (held_by) where held_by is not null;
    create index workflow_steps_topic on workflow_steps (wait_topic, organization_id) where wait_topic is not null;
    create index workflow_steps_child on workflow_steps (child_run_id) where child_run_id is not null;
    create index workflow_steps_task on workflow_steps (task_id) where task_id is not null and status = 'running';
    create index workflow_steps_abandoned on workflow_steps (id) where abandoned;

    -- Committed events that a trigger or a pause asked for, until they are dealt with.
    create table workflow_events (
      event_id uuid primary key,
      organization_id uuid not null references organizations (id),
      event jsonb not null,
      depth smallint not null
    );

    -- Replicas of the control plane; steps in the hands of one that is not heard
    -- of until expires_at are taken over by another.
    create table workflow_replicas (
      id uuid primary key,
      expires_at timestamptz not null
    );
    alter table workflow_replicas enable row level security;
    alter table workflow_replicas force row level security;
    grant select, insert, update, delete on workflow_replicas to devart_system;
    create policy system_all on workflow_replicas to devart_system using (true) with check (true);

    -- Deferred: a run and its first tasks are written in one transaction, in whichever order.
    alter table tasks add constraint tasks_run_id_fkey
      foreign key (run_id) references workflow_runs (id) on delete set null deferrable initially deferred;
  `);
  for (const table of [
    'workflows',
    'workflow_versions',
    'workflow_triggers',
    'workflow_webhooks',
    'workflow_runs',
    'workflow_steps',
    'workflow_events',
  ]) {
    await knex.raw(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      grant select, insert, update, delete on ${table} to devart_system;
      create policy system_all on ${table} to devart_system using (true) with check (true);
    `);
  }
  for (const table of [
    'workflows',
    'workflow_versions',
    'workflow_triggers',
    'workflow_runs',
    'workflow_steps',
  ]) {
    await knex.raw(`
      grant select on ${table} to devart_request;
      create policy member_read on ${table} for select to devart_request
        using (organization_id = devart_organization());
    `);
  }
  await knex.raw(`
    -- What people write themselves. Runs are written by the engine, with the
    -- rights of the control plane: it writes many of them at once.
    grant insert, update on workflows to devart_request;
    create policy staff_insert on workflows for insert to devart_request
      with check (devart_is_staff(organization_id));
    create policy staff_update on workflows for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    grant insert on workflow_versions to devart_request;
    create policy staff_insert on workflow_versions for insert to devart_request
      with check (devart_is_staff(organization_id) and published_by = devart_actor());
    grant insert, delete on workflow_triggers to devart_request;
    create policy staff_write on workflow_triggers to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));

    -- All but the secret, which only the control plane itself reads.
    grant select (id, organization_id, workflow_id, name, created_by, created_role, created_at, last_used_at),
      insert, delete on workflow_webhooks to devart_request;
    create policy member_read on workflow_webhooks for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_insert on workflow_webhooks for insert to devart_request
      with check (devart_is_staff(organization_id) and created_by = devart_actor());
    create policy staff_delete on workflow_webhooks for delete to devart_request
      using (devart_is_staff(organization_id));
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    alter table tasks drop constraint tasks_run_id_fkey;
    drop table workflow_replicas, workflow_events, workflow_steps, workflow_runs,
      workflow_webhooks, workflow_triggers, workflow_versions, workflows;
    alter table events drop column depth, drop column payload;
  `);
};
