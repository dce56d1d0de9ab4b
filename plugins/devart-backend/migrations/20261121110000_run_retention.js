// @ts-check

/**
 * Runs that have ended can be removed by their age. What came of them stays:
 * tasks, approvals, and runs that were resumed from them or begun by them.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    create index workflow_runs_ended on workflow_runs (finished_at) where phase = 'ended';
    create index workflow_runs_resumed on workflow_runs (resumed_from) where resumed_from is not null;
    alter table workflow_runs
      drop constraint workflow_runs_resumed_from_fkey,
      drop constraint workflow_runs_parent_run_id_fkey,
      add constraint workflow_runs_resumed_from_fkey
        foreign key (resumed_from) references workflow_runs (id) on delete set null,
      add constraint workflow_runs_parent_run_id_fkey
        foreign key (parent_run_id) references workflow_runs (id) on delete set null;
  `);
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.raw(`
    drop index workflow_runs_ended, workflow_runs_resumed;
    alter table workflow_runs
      drop constraint workflow_runs_resumed_from_fkey,
      drop constraint workflow_runs_parent_run_id_fkey,
      add constraint workflow_runs_resumed_from_fkey
        foreign key (resumed_from) references workflow_runs (id),
      add constraint workflow_runs_parent_run_id_fkey
        foreign key (parent_run_id) references workflow_runs (id);
  `);
};
