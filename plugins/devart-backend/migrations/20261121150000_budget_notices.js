// @ts-check

/**
 * Of which alerts of money people are still to be told, and when it is tried
 * next; at the end of time once they were, or it was given up.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    alter table budget_alerts
      add column tell_at timestamptz not null default now(),
      add column tell_attempts integer not null default 0;
    create index budget_alerts_to_tell on budget_alerts (tell_at, id) where tell_at < 'infinity';
    grant update (tell_at, tell_attempts) on budget_alerts to devart_system;
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(
    'alter table budget_alerts drop column tell_at, drop column tell_attempts',
  );
};
