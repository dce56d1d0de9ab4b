// @ts-check

/**
 * Runs that failed and of which people are still to be told. A row is written
 * with the end of its run, and goes once people were told or it was given up.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    create table run_notices (
      run_id uuid primary key references workflow_runs (id) on delete cascade,
      organization_id uuid not null,
      attempts integer not null default 0,
      due_at timestamptz not null default now()
    );
    create index run_notices_due on run_notices (due_at, run_id);
    alter table run_notices enable row level security;
    alter table run_notices force row level security;
    create policy system_all on run_notices to devart_system using (true) with check (true);
    grant select, insert, update, delete on run_notices to devart_system;
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw('drop table run_notices');
};
