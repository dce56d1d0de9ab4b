// @ts-check

/**
 * The ground that every domain stands on: the three database roles under which
 * everything runs, the settings that policies read, organisations, events and
 * the audit trail.
 *
 * devart_request is the role of people's and services' requests, devart_agent
 * that of agents' requests. What they may see and change is decided by row-level
 * security from the settings devart.organization, devart.role, devart.actor and
 * devart.agent of the transaction. They are two roles since a policy that had to
 * provide for both in one condition would keep lists from index-only scans.
 * devart_system is the role of the control plane's own loops, which work across
 * organisations. None can log in, and none owns a table.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  for (const role of ['devart_request', 'devart_agent', 'devart_system']) {
    await knex.raw(`
      do $$
      begin
        if not exists (select 1 from pg_roles where rolname = '${role}') then
          create role ${role} nologin nosuperuser nobypassrls;
        end if;
      exception when duplicate_object or unique_violation then
        null;
      end $$;
    `);
    await knex.raw(`
      do $$
      begin
        -- Since PostgreSQL 16 whoever creates a role is its member, but may not SET ROLE to it.
        if not pg_has_role(current_user, '${role}',
          case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) then
          execute format('grant ${role} to %I', current_user);
        end if;
        execute format('grant usage on schema %I to ${role}', current_schema());
      end $$;
    `);
  }

  await knex.raw(`
    create function devart_organization() returns uuid language sql stable parallel safe as
      $$ select nullif(current_setting('devart.organization', true), '')::uuid $$;
    create function devart_role() returns text language sql stable parallel safe as
      $$ select coalesce(current_setting('devart.role', true), '') $$;
    create function devart_actor() returns text language sql stable parallel safe as
      $$ select coalesce(current_setting('devart.actor', true), '') $$;
    create function devart_agent() returns uuid language sql stable parallel safe as
      $$ select nullif(current_setting('devart.agent', true), '')::uuid $$;

    -- A person or service of the organisation who may change things. What every
    -- member may read is decided by the organisation alone: a second condition
    -- would make the planner expect next to no rows, and scan whole tables.
    create function devart_is_staff(organization uuid) returns boolean language sql stable parallel safe as
      $$ select organization = devart_organization() and devart_role() in ('supervisor', 'admin') $$;
    create function devart_is_admin(organization uuid) returns boolean language sql stable parallel safe as
      $$ select organization = devart_organization() and devart_role() = 'admin' $$;

    -- UUID of version 7 (RFC 9562), for rows that statements make themselves.
    create function devart_uuid7() returns uuid language sql volatile parallel safe as $$
      select encode(
        set_bit(
          set_bit(
            overlay(uuid_send(gen_random_uuid())
              placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
              from 1 for 6),
            52, 1),
          53, 1),
        'hex')::uuid
    $$;

    -- For history that nobody may rewrite, whatever their role.
    create function devart_refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
      end $$;

    create table organizations (
      id uuid primary key,
      name text not null unique,
      title text not null,
      agents_halted_at timestamptz,
      agents_halted_by text,
      agents_halted_reason text,
      created_at timestamptz not null default now()
    );
    alter table organizations enable row level security;
    alter table organizations force row level security;
    grant select, insert, update on organizations to devart_system;
    grant select, update (agents_halted_at, agents_halted_by, agents_halted_reason) on organizations to devart_request;
    grant select on organizations to devart_agent;
    create policy system_all on organizations to devart_system using (true) with check (true);
    create policy member_read on organizations for select to devart_request, devart_agent
      using (id = devart_organization());
    create policy staff_halt on organizations for update to devart_request
      using (devart_is_staff(id)) with check (devart_is_staff(id));

    -- What happened, written in the transaction that made it happen: the activity
    -- feed. No foreign key: its check costs every event a look at the one row that
    -- all transactions share, and organisations are never removed.
    create table events (
      id uuid not null default devart_uuid7(),
      organization_id uuid not null,
      topic text not null,
      actor text not null,
      subject_kind text not null,
      subject_id uuid not null,
      subject_name text not null,
      entity_ref text,
      detail text,
      at timestamptz not null default now(),
      -- Also the order of the feed.
      primary key (organization_id, id)
    );
    create index events_subject on events (subject_id, id desc);
    create index events_entity on events (organization_id, entity_ref, id desc) where entity_ref is not null;
    alter table events enable row level security;
    alter table events force row level security;
    grant select, insert, update, delete on events to devart_system;
    grant select, insert on events to devart_request;
    grant insert on events to devart_agent;
    create policy system_all on events to devart_system using (true) with check (true);
    create policy member_read on events for select to devart_request
      using (organization_id = devart_organization());
    create policy actor_append on events for insert to devart_request
      with check (devart_is_staff(organization_id) and actor = devart_actor());
    create policy agent_append on events for insert to devart_agent
      with check (organization_id = devart_organization() and actor = devart_actor());

    -- What of it was not published yet: a row for each statement that wrote events,
    -- gone once they are published. Marking the events themselves would write each
    -- of them, and every one of its index entries, a second time.
    create table event_outbox (
      id uuid primary key default devart_uuid7(),
      organization_id uuid not null,
      event_ids uuid[] not null
    );
    alter table event_outbox set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
    alter table event_outbox enable row level security;
    alter table event_outbox force row level security;
    grant select, insert, update, delete on event_outbox to devart_system;
    grant insert on event_outbox to devart_request, devart_agent;
    create policy system_all on event_outbox to devart_system using (true) with check (true);
    create policy staff_append on event_outbox for insert to devart_request
      with check (devart_is_staff(organization_id));
    create policy agent_append on event_outbox for insert to devart_agent
      with check (organization_id = devart_organization());

    create table audit_entries (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      at timestamptz not null,
      actor text not null,
      operation text not null,
      outcome text not null check (outcome in ('succeeded', 'refused', 'failed')),
      http_status integer,
      subject text,
      entity_ref text,
      detail jsonb not null
    );
    create index audit_entries_feed on audit_entries (organization_id, id desc);
    create index audit_entries_subject on audit_entries (organization_id, subject, id desc) where subject is not null;
    create index audit_entries_actor on audit_entries (organization_id, actor, id desc);
    alter table audit_entries enable row level security;
    alter table audit_entries force row level security;
    grant select, insert on audit_entries to devart_system;
    grant select on audit_entries to devart_request;
    create policy system_append on audit_entries to devart_system using (true) with check (true);
    create policy staff_read on audit_entries for select to devart_request
      using (devart_is_staff(organization_id));
    create trigger audit_entries_append_only before update or delete or truncate on audit_entries
      for each statement execute function devart_refuse_change();
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    drop table audit_entries, event_outbox, events, organizations;
    drop function devart_refuse_change(), devart_uuid7(),
      devart_is_admin(uuid), devart_is_staff(uuid),
      devart_agent(), devart_actor(), devart_role(), devart_organization();
  `);
  // The roles stay: they belong to the whole server, and another database may use them.
};
