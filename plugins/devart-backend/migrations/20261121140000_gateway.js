// @ts-check

/**
 * The model gateway: which models an agent may use, and what was asked of them
 * where that is kept.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    -- Patterns of names; nothing allows all.
    alter table agents add column allowed_models text[];

    -- Only where the configuration says so, and not for long.
    create table model_recordings (
      id uuid primary key default devart_uuid7(),
      organization_id uuid not null references organizations (id),
      request_id text not null,
      at timestamptz not null default now(),
      agent_id uuid not null,
      agent_name text not null,
      task_id uuid,
      service text not null,
      model text not null,
      endpoint text not null,
      request text not null,
      answer text not null,
      ended_as text not null
    );
    create index model_recordings_feed on model_recordings (organization_id, id desc);
    create index model_recordings_age on model_recordings (at);
    alter table model_recordings enable row level security;
    alter table model_recordings force row level security;
    create policy system_all on model_recordings to devart_system using (true) with check (true);
    -- Prompts hold what people write and what repositories contain.
    create policy admin_read on model_recordings for select to devart_request
      using (devart_is_admin(organization_id));
    grant select, insert, delete on model_recordings to devart_system;
    grant select on model_recordings to devart_request;
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    drop table model_recordings;
    alter table agents drop column allowed_models;
  `);
};
