// @ts-check

/**
 * Parts of the queue that are longer or older than is wanted, from the moment
 * that was seen until it is over. One row for all replicas, so that each alert
 * is told once.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    create table queue_alerts (
      organization_id uuid not null references organizations (id),
      capability_set_id integer not null references capability_sets (id) on delete cascade,
      since timestamptz not null default now(),
      queued integer not null,
      oldest_ready_at timestamptz,
      reason text not null,
      primary key (organization_id, capability_set_id)
    );
    alter table queue_alerts enable row level security;
    alter table queue_alerts force row level security;
    grant select, insert, update, delete on queue_alerts to devart_system;
    grant select on queue_alerts to devart_request;
    create policy system_all on queue_alerts to devart_system using (true) with check (true);
    create policy member_read on queue_alerts for select to devart_request
      using (organization_id = devart_organization());
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw('drop table queue_alerts');
};
