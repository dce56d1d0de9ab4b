/**
 * SQL: what a task has cost, as far as whoever asks may see it, in millionths.
 * Joins no rows, so that a page of tasks stays a page.
 *
 * @param id - the column that has the id of the task, such as `t.id`
 */
export function costOfTask(id: string): string {
  return `(select coalesce(sum(le.amount_micros), 0) from ledger_entries le where le.task_id = ${id})`;
}
