import type { Transaction } from '../database/Transaction';

/** A set of capabilities for which tasks are ready. */
export interface ReadySet {
  id: number;
  organization_id: string;
  capabilities: string[];
}

/** A task that may be claimed now. */
export interface ReadyTaskRow {
  id: string;
  /** Attempts so far. */
  attempt: number;
  organization_id: string;
  capabilities: string[];
  traceparent: string | null;
}

const SELECT_TASK = `
  select t.id, t.attempt, q.organization_id, s.capabilities, t.traceparent
  from task_queue q
  join tasks t on t.id = q.task_id
  join capability_sets s on s.id = q.capability_set_id
  where q.ready`;

/** The SQL of what is ready to be handed out, without handing it out. */
export class ReadyStore {
  /** The sets for which at least one task is ready; a look at one entry of the index for each. */
  async sets(tx: Transaction): Promise<ReadySet[]> {
    return tx.rows<ReadySet>(
      `select id, organization_id, capabilities from capability_sets s
       where exists (select 1 from task_queue q where q.ready and q.capability_set_id = s.id)`,
    );
  }

  /** Those of some tasks that may be claimed now. */
  async describe(
    tx: Transaction,
    taskIds: readonly string[],
  ): Promise<ReadyTaskRow[]> {
    return tx.hotRows<ReadyTaskRow>(
      `${SELECT_TASK} and q.task_id = any(?::uuid[])`,
      [taskIds],
    );
  }

  /** The sets with tasks that have been ready for so many seconds, counted up to a bound. */
  async overdueSets(
    tx: Transaction,
    options: { seconds: number; countUpTo: number },
  ): Promise<(ReadySet & { count: number })[]> {
    return tx.rows(
      `select * from (
         select s.id, s.organization_id, s.capabilities, (
           select count(*)::int from (
             select 1 from task_queue q where q.ready and q.capability_set_id = s.id
               and q.available_at <= now() - make_interval(secs => ?::double precision)
             limit ?) counted) as count
         from capability_sets s
         where exists (select 1 from task_queue q where q.ready and q.capability_set_id = s.id)) sets
       where count > 0`,
      [options.seconds, options.countUpTo],
    );
  }

  /** The first tasks of a set that have been ready for so many seconds. */
  async overdueOf(
    tx: Transaction,
    setId: number,
    options: { seconds: number; limit: number },
  ): Promise<ReadyTaskRow[]> {
    return tx.rows<ReadyTaskRow>(
      `${SELECT_TASK} and q.capability_set_id = ?
         and q.available_at <= now() - make_interval(secs => ?::double precision)
       order by q.sort_key, q.task_id limit ?`,
      [setId, options.seconds, options.limit],
    );
  }

  /** The sets that an agent covers. */
  async setsWithin(
    tx: Transaction,
    agent: { organizationId: string; capabilities: readonly string[] },
    limit: number,
  ): Promise<ReadySet[]> {
    return tx.rows<ReadySet>(
      `select id, organization_id, capabilities from capability_sets
       where organization_id = ? and capabilities <@ ?::text[] order by id limit ?`,
      [agent.organizationId, agent.capabilities, limit],
    );
  }

  /** The title of a task of an organisation; undefined when there is none. */
  async titleOf(
    tx: Transaction,
    task: { organizationId: string; taskId: string },
  ): Promise<string | undefined> {
    const [row] = await tx.rows<{ title: string }>(
      'select title from tasks where organization_id = ? and id = ?',
      [task.organizationId, task.taskId],
    );
    return row?.title;
  }
}
