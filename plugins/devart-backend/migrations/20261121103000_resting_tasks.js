// @ts-check

/**
 * Tasks at rest, those that neither are in the queue nor run nor succeeded, by
 * their status. They used to be found over their history, which tells who came
 * to be in a status but not who still is: counting the columns of a board of
 * 100,000 looked at every task, twice.
 *
 * The column has no value before and after an attempt that succeeds, so that its
 * end still touches no index.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    alter table tasks add column resting text generated always as
      (case when status in ('waiting', 'failed', 'cancelled', 'rejected', 'dead_letter') then status end) stored;
    create index tasks_resting on tasks (organization_id, resting, id desc) where resting is not null;
    drop index task_transitions_rest;
    drop index task_attempts_failed;
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    create index task_attempts_failed on task_attempts (organization_id, task_id desc) where ended_as = 'failed';
    create index task_transitions_rest on task_transitions (organization_id, to_status, task_id desc)
      where to_status <> 'queued';
    drop index tasks_resting;
    alter table tasks drop column resting;
  `);
};
