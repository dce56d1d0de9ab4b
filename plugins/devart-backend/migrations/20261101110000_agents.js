// @ts-check

/**
 * Agents, their keys, and the tokens with which they register themselves.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    create table agents (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      name text not null,
      description text not null default '',
      owner text,
      entity_ref text not null,
      managed_by text not null check (managed_by in ('api', 'catalog')),
      capabilities text[] not null,
      activation text not null check (activation in ('pending', 'active', 'inactive')),
      -- An inactive agent that may still report on what it was working on.
      finishing boolean not null default false,
      status_reason text,
      max_concurrent integer not null check (max_concurrent > 0),
      software text,
      last_seen_at timestamptz,
      created_by text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      version integer not null default 1
    );
    create unique index agents_name on agents (organization_id, lower(name));
    create index agents_entity on agents (organization_id, entity_ref);
    alter table agents enable row level security;
    alter table agents force row level security;
    grant select, insert, update, delete on agents to devart_system, devart_request;
    grant select on agents to devart_agent;
    create policy system_all on agents to devart_system using (true) with check (true);
    create policy member_read on agents for select to devart_request
      using (organization_id = devart_organization());
    create policy agent_read on agents for select to devart_agent
      using (organization_id = devart_organization() and id = devart_agent());
    create policy staff_insert on agents for insert to devart_request
      with check (devart_is_staff(organization_id));
    create policy staff_update on agents for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));
    create policy admin_delete on agents for delete to devart_request
      using (devart_is_admin(organization_id));

    create table agent_keys (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      agent_id uuid not null references agents (id) on delete cascade,
      key_hash bytea not null unique,
      prefix text not null,
      created_by text not null,
      created_at timestamptz not null default now(),
      -- Set when a rotation replaces the key; it is refused from then on.
      expires_at timestamptz,
      last_used_at timestamptz
    );
    create index agent_keys_agent on agent_keys (agent_id);
    alter table agent_keys enable row level security;
    alter table agent_keys force row level security;
    grant select, insert, update, delete on agent_keys to devart_system;
    -- Requests never read a hash, not even of their own organisation.
    grant select (id, organization_id, agent_id, prefix, created_by, created_at, expires_at, last_used_at),
      insert, update (expires_at) on agent_keys to devart_request;
    grant select (agent_id, prefix, created_at, expires_at, last_used_at, organization_id) on agent_keys to devart_agent;
    create policy system_all on agent_keys to devart_system using (true) with check (true);
    create policy member_read on agent_keys for select to devart_request
      using (organization_id = devart_organization());
    create policy agent_read on agent_keys for select to devart_agent
      using (organization_id = devart_organization() and agent_id = devart_agent());
    create policy staff_insert on agent_keys for insert to devart_request
      with check (devart_is_staff(organization_id));
    create policy staff_update on agent_keys for update to devart_request
      using (devart_is_staff(organization_id)) with check (devart_is_staff(organization_id));

    create table enrolment_tokens (
      id uuid primary key,
      organization_id uuid not null references organizations (id),
      name text not null,
      token_hash bytea not null unique,
      prefix text not null,
      max_uses integer not null check (max_uses > 0),
      uses integer not null default 0 check (uses <= max_uses),
      expires_at timestamptz not null,
      revoked_at timestamptz,
      created_by text not null,
      created_at timestamptz not null default now()
    );
    alter table enrolment_tokens enable row level security;
    alter table enrolment_tokens force row level security;
    grant select, insert, update, delete on enrolment_tokens to devart_system;
    grant select (id, organization_id, name, prefix, max_uses, uses, expires_at, revoked_at, created_by, created_at),
      insert, update (revoked_at) on enrolment_tokens to devart_request;
    create policy system_all on enrolment_tokens to devart_system using (true) with check (true);
    create policy admin_all on enrolment_tokens to devart_request
      using (devart_is_admin(organization_id)) with check (devart_is_admin(organization_id));
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw('drop table enrolment_tokens, agent_keys, agents');
};
