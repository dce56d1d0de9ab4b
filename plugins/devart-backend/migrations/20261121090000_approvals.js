// @ts-check

/**
 * Requests for approval: what is asked, who may decide, what they said, to
 * whom they handed it over, and what is to be told to whom.
 *
 * Requests of people may add decisions and delegations in their own name and
 * change nothing else: what follows from a decision is done by the control
 * plane. The database itself refuses a decision of whoever asked.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    create table approvals (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      status text not null default 'pending'
        check (status in ('pending', 'approved', 'rejected', 'expired', 'cancelled')),
      title text not null,
      description text not null,
      effect text,
      effect_class text not null check (effect_class in ('none', 'idempotent', 'external', 'destructive')),
      action jsonb not null,
      -- What may be edited: as it was asked, which gives the shape, and as it stands.
      edit_asked jsonb,
      edit jsonb,
      cost_micros bigint check (cost_micros >= 0),
      requested_by text not null,
      approvers text[] not null,
      approvals_needed integer not null check (approvals_needed between 1 and 10),
      expires_after_ms bigint not null check (expires_after_ms > 0),
      expires_at timestamptz not null,
      on_expiry text not null check (on_expiry in ('reject', 'escalate')),
      escalate_to text[] not null,
      escalated_at timestamptz,
      -- What waits for it. No foreign keys: the record outlives a task that is deleted.
      subject_kind text check (subject_kind in ('task', 'run')),
      subject_id uuid,
      subject_name text,
      subject_step text,
      subject_step_run_id uuid,
      task_attempt integer,
      entity_ref text,
      idempotency_key text,
      request_hash bytea,
      reason text,
      created_at timestamptz not null default now(),
      decided_at timestamptz,
      version integer not null default 1,
      -- The version with which what is asked was last changed: who decides, decides about it.
      content_version integer not null default 1,
      check ((status = 'pending') = (decided_at is null)),
      check ((subject_kind is null) = (subject_id is null))
    );
    create unique index approvals_idempotency on approvals (organization_id, idempotency_key)
      where idempotency_key is not null;
    -- An attempt at a task asks once.
    create unique index approvals_attempt on approvals (subject_id, task_attempt) where subject_kind = 'task';
    create index approvals_feed on approvals (organization_id, id desc);
    create index approvals_status on approvals (organization_id, status, id desc);
    create index approvals_entity on approvals (organization_id, entity_ref, id desc) where entity_ref is not null;
    create index approvals_subject on approvals (subject_id, id desc) where subject_id is not null;
    create index approvals_due on approvals (expires_at) where status = 'pending';

    -- Who may decide what is pending; '*' is everybody with the permission. An
    -- inbox reads the newest of each of its references from the primary key.
    create table approval_deciders (
      organization_id uuid not null,
      ref text not null,
      approval_id uuid not null references approvals (id) on delete cascade,
      -- Whose say it is, where it was delegated; empty for whoever was asked.
      on_behalf_of text not null default '',
      primary key (organization_id, ref, approval_id, on_behalf_of)
    );
    -- By hash, which has no order: an inbox must not be read along it.
    create index approval_deciders_approval on approval_deciders using hash (approval_id);

    create table approval_decisions (
      id uuid primary key,
      organization_id uuid not null,
      approval_id uuid not null references approvals (id) on delete cascade,
      content_version integer not null,
      decided_by text not null,
      on_behalf_of text,
      mandate text not null generated always as (coalesce(on_behalf_of, decided_by)) stored,
      decision text not null check (decision in ('approve', 'reject')),
      -- What the action was changed into, where it was.
      edit jsonb,
      comment text,
      at timestamptz not null default clock_timestamp(),
      -- Nobody counts twice, neither in person nor by those to whom they delegated.
      unique (approval_id, content_version, decided_by),
      unique (approval_id, content_version, mandate)
    );

    create table approval_delegations (
      id uuid primary key,
      organization_id uuid not null,
      approval_id uuid not null references approvals (id) on delete cascade,
      from_actor text not null,
      on_behalf_of text not null,
      to_ref text not null,
      comment text,
      at timestamptz not null default clock_timestamp()
    );
    create index approval_delegations_approval on approval_delegations (approval_id, id);

    -- The outbox of notifications: one row an approval, due when there is something new to tell.
    create table approval_notices (
      approval_id uuid primary key references approvals (id) on delete cascade,
      organization_id uuid not null,
      revision integer not null default 1,
      attempts integer not null default 0,
      due_at timestamptz not null default now(),
      -- Who was told so far.
      told text[] not null default '{}'
    );
    create index approval_notices_due on approval_notices (due_at);
  `);
  for (const table of [
    'approvals',
    'approval_deciders',
    'approval_decisions',
    'approval_delegations',
    'approval_notices',
  ]) {
    await knex.raw(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy system_all on ${table} to devart_system using (true) with check (true);
    `);
  }
  await knex.raw(`
    grant select, insert, update on approvals to devart_system;
    grant select, insert, delete on approval_deciders to devart_system;
    grant select, insert on approval_decisions, approval_delegations to devart_system;
    grant select, insert, update on approval_notices to devart_system;

    grant select on approvals, approval_deciders to devart_request;
    grant select, insert on approval_decisions, approval_delegations to devart_request;
    create policy member_read on approvals for select to devart_request
      using (organization_id = devart_organization());
    create policy member_read on approval_deciders for select to devart_request
      using (organization_id = devart_organization());
    create policy member_read on approval_decisions for select to devart_request
      using (organization_id = devart_organization());
    create policy member_read on approval_delegations for select to devart_request
      using (organization_id = devart_organization());
    create policy staff_decide on approval_decisions for insert to devart_request
      with check (devart_is_staff(organization_id) and decided_by = devart_actor()
        and exists (select 1 from approvals a
          where a.id = approval_id and a.organization_id = approval_decisions.organization_id
            and a.status = 'pending' and a.content_version = approval_decisions.content_version
            and lower(a.requested_by) <> lower(devart_actor())
            and lower(a.requested_by) is distinct from lower(on_behalf_of)));
    create policy staff_delegate on approval_delegations for insert to devart_request
      with check (devart_is_staff(organization_id) and from_actor = devart_actor()
        and exists (select 1 from approvals a
          where a.id = approval_id and a.organization_id = approval_delegations.organization_id
            and a.status = 'pending' and lower(a.requested_by) not in (lower(devart_actor()), lower(to_ref))));

    -- An agent sees what it asked for, and what was asked for the task that it holds.
    grant select on approvals, approval_deciders, approval_decisions, approval_delegations to devart_agent;
    create policy agent_read on approvals for select to devart_agent
      using (organization_id = devart_organization()
        and (requested_by = devart_actor() or (subject_kind = 'task'
          and exists (select 1 from tasks t where t.id = subject_id and t.agent_id = devart_agent()))));
  `);
  for (const table of [
    'approval_deciders',
    'approval_decisions',
    'approval_delegations',
  ]) {
    await knex.raw(`
      create policy agent_read on ${table} for select to devart_agent
        using (organization_id = devart_organization()
          and exists (select 1 from approvals a where a.id = approval_id));
    `);
  }
  for (const table of ['approval_decisions', 'approval_delegations']) {
    await knex.raw(`
      create trigger ${table}_append_only before update or delete or truncate on ${table}
        for each statement execute function devart_refuse_change();
    `);
  }
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(
    'drop table approval_notices, approval_delegations, approval_decisions, approval_deciders, approvals',
  );
};
