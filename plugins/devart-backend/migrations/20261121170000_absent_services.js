// @ts-check

/**
 * Services that the configuration described and describes no longer. Nothing is
 * charged to them; whether people switched them on or off is kept for when they
 * come back.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    alter table services rename column is_active to is_switched_on;
    alter table services
      add column absent_since timestamptz,
      add constraint services_absent check (absent_since is null or managed_by = 'config');
    -- What every charge looks at.
    alter table services
      add column is_active boolean not null generated always as (is_switched_on and absent_since is null) stored;
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    alter table services drop column is_active, drop column absent_since;
    alter table services rename column is_switched_on to is_active;
  `);
};
