import type { TaskStatus, WaitingReason } from '@devart/plugin-devart-common';
import { v7 as uuidv7 } from 'uuid';
import { costOfTask } from '../budgets/costOfTask';
import { assignments } from '../database/assignments';
import { Conditions } from '../database/Conditions';
import type { Transaction } from '../database/Transaction';
import type { LeaseRow } from './LeaseStore';
import type { NewTask } from './NewTask';
import type { TaskRow, TaskSummaryRow } from './TaskRow';

/** What of a task decides over its transitions; locked until the transaction ends. */
export interface LockedTask {
  id: string;
  organization_id: string;
  title: string;
  type: string;
  status: TaskStatus;
  priority: number;
  entity_ref: string | null;
  agent_id: string | null;
  attempt: number;
  failures: number;
  max_attempts: number;
  capability_set_id: number;
  run_after: Date | null;
  created_at: Date;
  traceparent: string | null;
  run_step_id: string | null;
  version: number;
  /** The attempt that runs. */
  lease?: LeaseRow;
}

/** What narrows a list of tasks. */
export interface TaskFilter {
  status?: readonly TaskStatus[];
  priority?: readonly number[];
  agentId?: string;
  capability?: string;
  entityRef?: string;
  type?: string;
  parentId?: string;
  runId?: string;
  text?: string;
  /** Which of them the caller may see: a condition on `t`; all without. */
  visible?: Conditions;
}

/** What people change of a task; what is undefined stays. */
export interface TaskChange {
  title?: string;
  description?: string;
  priority?: number;
  capabilitySetId?: number;
  entityRef?: string | null;
  maxAttempts?: number;
  runAfter?: string | null;
}

/** What a transition leaves on the task itself. */
export interface TransitionColumns {
  /** The attempt that ends with it. */
  lease?: LeaseRow;
  status: TaskStatus;
  waitingReason?: WaitingReason;
  /** The task is nobody's any more. */
  releaseAgent: boolean;
  failures: number;
  runAfter?: Date;
  output?: Record<string, unknown>;
  lastError?: string;
  final: boolean;
}

const SUMMARY_COLUMNS = `
  t.id, t.title, t.type, t.status, t.waiting_reason, t.priority, s.capabilities, t.entity_ref,
  t.agent_id, a.name as agent_name, t.attempt, t.max_attempts, t.parent_id, t.run_id,
  (select count(*)::int from tasks c where c.parent_id = t.id) as successors,
  t.progress_percent, t.progress_message, t.last_error, t.run_after, t.created_by,
  t.created_at, t.updated_at, t.started_at, t.finished_at, ${costOfTask('t.id')} as cost_micros, t.version`;

const JOINS = `
  join capability_sets s on s.id = t.capability_set_id
  left join agents a on a.id = t.agent_id`;

const LOCKED_COLUMNS = `id, organization_id, title, type, status, priority, entity_ref, agent_id, attempt,
  failures, max_attempts, capability_set_id, run_after, created_at, traceparent, run_step_id, version`;

/**
 * Where the tasks of a status are found, newest first. Of those that succeeded,
 * most by far, the history tells: with them in an index, the end of every
 * attempt would touch it.
 */
const SOURCES: Record<TaskStatus, { from: string; condition: string }> = {
  queued: {
    from: 'task_queue r join tasks t on t.id = r.task_id',
    condition: 'r.organization_id = t.organization_id',
  },
  running: {
    from: 'task_leases r join tasks t on t.id = r.task_id',
    condition: 'r.organization_id = t.organization_id',
  },
  succeeded: {
    from: 'task_attempts r join tasks t on t.id = r.task_id',
    condition: `r.organization_id = t.organization_id and r.ended_as = 'succeeded' and t.status = 'succeeded'`,
  },
  failed: atRest('failed'),
  waiting: atRest('waiting'),
  cancelled: atRest('cancelled'),
  rejected: atRest('rejected'),
  dead_letter: atRest('dead_letter'),
};

function atRest(status: TaskStatus) {
  return { from: 'tasks t', condition: `t.resting = '${status}'` };
}

/**
 * How many tasks are in a status, told without looking at the tasks themselves:
 * a task has one place or lease, one that succeeded stays so and did so once, and
 * those at rest are counted in their index. The board of 100,000 tasks took
 * 283 ms when it counted by joining them.
 */
function countedBy(status: TaskStatus): string {
  switch (status) {
    case 'queued':
      return 'task_queue where true';
    case 'running':
      return 'task_leases where true';
    case 'succeeded':
      return `task_attempts where ended_as = 'succeeded'`;
    default:
      return `tasks where resting = '${status}'`;
  }
}

function allInStatus(
  organizationId: string,
  statuses: readonly TaskStatus[],
): Statement {
  return {
    sql: statuses
      .map(
        status => `select 1 from ${countedBy(status)} and organization_id = ?`,
      )
      .join(' union all '),
    bindings: statuses.map(() => organizationId),
  };
}

/**
 * The parts of a list, each in the order of ids; their union is the list.
 * With several statuses in one condition that order would be lost.
 */
function headsOf(filter: TaskFilter): { from: string; where: Conditions }[] {
  const { status, agentId, priority } = filter;
  const narrowed = () =>
    new Conditions().narrow('t.priority = any(?::smallint[])', priority);
  if (status) {
    return status.map(one => {
      const { from, condition } = SOURCES[one];
      const holder = one === 'running' ? 'r.agent_id = ?' : 't.agent_id = ?';
      return {
        from,
        where: narrowed().add(condition).narrow(holder, agentId),
      };
    });
  }
  if (agentId === undefined) {
    return [{ from: 'tasks t', where: narrowed() }];
  }
  return [
    {
      from: SOURCES.running.from,
      where: narrowed().add('r.agent_id = ?', agentId),
    },
    {
      from: 'task_attempts r join tasks t on t.id = r.task_id',
      where: narrowed()
        .add('r.agent_id = ?', agentId)
        .add('t.agent_id = ?', agentId),
    },
  ];
}

/** A `tsquery` that finds texts with words that begin like every word of the search. */
function prefixQuery(text: string): string | undefined {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  return words?.map(word => `${word}:*`).join(' & ');
}

/** What narrows a list whatever the status. */
function conditionsOf(organizationId: string, filter: TaskFilter): Conditions {
  const where = new Conditions()
    .add('t.organization_id = ?', organizationId)
    .narrow('t.entity_ref = ?', filter.entityRef)
    .narrow('t.type = ?', filter.type)
    .narrow('t.parent_id = ?', filter.parentId)
    .narrow('t.run_id = ?', filter.runId)
    .narrow(
      `t.capability_set_id in (select id from capability_sets
         where organization_id = t.organization_id and ? = any(capabilities))`,
      filter.capability,
    );
  if (filter.visible) {
    where.add(filter.visible.sql, ...filter.visible.bindings);
  }
  if (filter.text !== undefined) {
    const query = prefixQuery(filter.text);
    if (query === undefined) {
      where.add('false');
    } else {
      where.add(`t.words @@ to_tsquery('simple', ?)`, query);
    }
  }
  return where;
}

/** A statement with its values. */
interface Statement {
  sql: string;
  bindings: unknown[];
}

/** The ids of the first tasks of each head of a list; one may come twice if its history has it twice. */
function fromHeads(
  organizationId: string,
  filter: TaskFilter & { beforeId?: string },
  limit: number,
): Statement {
  const common = conditionsOf(organizationId, filter).narrow(
    't.id < ?',
    filter.beforeId,
  );
  const parts = headsOf(filter).map(({ from, where }) => {
    const all = common.with(where);
    return {
      sql: `(select distinct t.id from ${from} where ${all.sql} order by t.id desc limit ?)`,
      bindings: [...all.bindings, limit],
    };
  });
  return {
    sql: parts.map(part => part.sql).join(' union '),
    bindings: parts.flatMap(part => part.bindings),
  };
}

/**
 * Tasks with the events that tell of them. They come as one document: their
 * texts differ too much in length for arrays to be any shorter.
 */
const INSERT = `
  with named as (
    select n.*, o.id as organization_id, o.actor
    from (select ?::uuid as id, ?::text as actor) o cross join jsonb_to_recordset(?::jsonb) as n (id uuid, title text,
      description text, type text, priority smallint, capability_set_id int, entity_ref text, max_attempts int,
      run_after timestamptz, parent_id uuid, idempotency_key text, request_hash text, input jsonb, traceparent text,
      run_id uuid, run_step_id uuid, event_id uuid)
  ),
  made as (
    insert into tasks (id, organization_id, title, description, type, status, priority, capability_set_id,
      entity_ref, max_attempts, run_after, parent_id, idempotency_key, request_hash, input, traceparent,
      run_id, run_step_id, created_by)
    select id, organization_id, title, description, type, 'queued', priority, capability_set_id, entity_ref,
      max_attempts, run_after, parent_id, idempotency_key, decode(request_hash, 'base64'), input, traceparent,
      run_id, run_step_id, actor
    from named
    on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing
    returning id, created_at
  ),
  told as (
    select n.* from named n join made m on m.id = n.id
  ),
  logged as (
    insert into events (id, organization_id, topic, actor, subject_kind, subject_id, subject_name, entity_ref)
    select event_id, organization_id, 'task.queued', actor, 'task', id, title, entity_ref from told
  ),
  published as (
    insert into event_outbox (organization_id, event_ids)
    select organization_id, array_agg(event_id order by event_id) from told group by organization_id
  )
  select id, created_at from made`;

/**
 * Ends attempts by the word of the agents that hold them, each fenced by its
 * number: lease, task, attempt, event and outbox in one statement. Answers those
 * that were held.
 */
const END = `
  with named as (
    select * from unnest(?::uuid[], ?::int[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::uuid[])
      as n (task_id, attempt, agent_id, status, output, reason, event_id)
  ),
  held as (
    delete from task_leases l using named n
    where l.task_id = any (array(select task_id from named)) and l.task_id = n.task_id and l.attempt = n.attempt and l.agent_id = n.agent_id and (?::boolean or not l.hooked)
    returning l.*, n.status, n.output, n.reason, n.event_id
  ),
  ended as (
    update tasks t set status = h.status, agent_id = h.agent_id, attempt = h.attempt, started_at = h.started_at,
      output = h.output::jsonb, run_after = null,
      progress_percent = case when h.status = 'failed' then h.progress_percent end,
      progress_message = case when h.status = 'failed' then h.progress_message end,
      finished_at = now(), updated_at = now(), version = t.version + h.version + 1
    from held h where t.id = h.task_id
    returning t.id, t.organization_id, t.title, t.entity_ref, t.type, t.run_step_id,
      h.agent_id as holder, h.status, h.reason, h.event_id
  ),
  recorded as (
    insert into task_attempts (task_id, attempt, organization_id, agent_id, agent_name, session_id, started_at,
      outcome, ended_as, reason)
    select task_id, attempt, organization_id, agent_id, agent_name, session_id, started_at, status, status, reason
    from held
  ),
  logged as (
    insert into events (id, organization_id, topic, actor, subject_kind, subject_id, subject_name, entity_ref, detail)
    select event_id, organization_id, 'task.' || status, 'agent:' || holder, 'task', id, title, entity_ref, reason
    from ended
  ),
  published as (
    insert into event_outbox (organization_id, event_ids)
    select organization_id, array_agg(event_id order by event_id) from ended group by organization_id
  )
  select id, organization_id, type, run_step_id from ended`;

/** An end that an agent reports of an attempt. */
export interface AttemptEnd {
  taskId: string;
  attempt: number;
  agentId: string;
  status: 'succeeded' | 'failed';
  output: Record<string, unknown>;
  reason?: string;
}

/** A task that such a report has ended. */
export interface EndedRow {
  id: string;
  organization_id: string;
  type: string;
  run_step_id: string | null;
}

/** Sets of capabilities whose numbers are remembered; a portal has dozens. */
const MAX_REMEMBERED_SETS = 10_000;

/** The SQL of tasks themselves; the queue, logs and artifacts have stores of their own. */
export class TaskStore {
  /** Sets are never removed: what was committed can be remembered for good. */
  readonly #sets = new Map<string, number>();

  /** Interns a set of capabilities; they are sorted and without repetition. */
  async internCapabilities(
    tx: Transaction,
    organizationId: string,
    capabilities: readonly string[],
  ): Promise<number> {
    const key = `${organizationId} ${capabilities.join()}`;
    const remembered = this.#sets.get(key);
    if (remembered !== undefined) {
      return remembered;
    }
    const find = async () => {
      const [row] = await tx.hotRows<{ id: number }>(
        'select id from capability_sets where organization_id = ? and capabilities = ?::text[]',
        [organizationId, capabilities],
      );
      return row?.id;
    };
    const make = async () => {
      const [row] = await tx.hotRows<{ id: number }>(
        `insert into capability_sets (organization_id, capabilities) values (?, ?::text[])
         on conflict do nothing returning id`,
        [organizationId, capabilities],
      );
      // Another transaction was first; its row is visible now that the insert waited for it.
      return row?.id ?? (await find())!;
    };
    const id = (await find()) ?? (await make());
    tx.afterCommit(() => {
      if (this.#sets.size < MAX_REMEMBERED_SETS) {
        this.#sets.set(key, id);
      }
    });
    return id;
  }

  /** Answers when each was made, by id; without those whose idempotency key was used before. */
  async insert(
    tx: Transaction,
    organizationId: string,
    tasks: readonly NewTask[],
  ): Promise<Map<string, Date>> {
    const rows = await tx.hotRows<{ id: string; created_at: Date }>(INSERT, [
      organizationId,
      tx.actor,
      JSON.stringify(
        tasks.map(task => ({
          id: task.id,
          title: task.title,
          description: task.description,
          type: task.type,
          priority: task.priority,
          capability_set_id: task.capabilitySetId,
          entity_ref: task.entityRef,
          max_attempts: task.maxAttempts,
          run_after: task.runAfter,
          parent_id: task.parentId,
          idempotency_key: task.idempotencyKey,
          request_hash: task.requestHash?.toString('base64'),
          input: task.input,
          traceparent: task.traceparent,
          run_id: task.run?.id,
          run_step_id: task.run?.stepId,
          event_id: uuidv7(),
        })),
      ),
    ]);
    return new Map(rows.map(row => [row.id, row.created_at]));
  }

  async findByIdempotencyKey(
    tx: Transaction,
    organizationId: string,
    key: string,
  ): Promise<{ id: string; request_hash: Buffer } | undefined> {
    const [row] = await tx.rows<{ id: string; request_hash: Buffer }>(
      'select id, request_hash from tasks where organization_id = ? and idempotency_key = ?',
      [organizationId, key],
    );
    return row;
  }

  async find(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<TaskRow | undefined> {
    const [row] = await tx.hotRows<TaskRow>(
      `select ${SUMMARY_COLUMNS}, t.description, t.input, t.output, t.idempotency_key, t.traceparent
       from task_live t ${JOINS} where t.organization_id = ? and t.id = ?`,
      [organizationId, id],
    );
    return row;
  }

  /** Locks tasks until the transaction ends, in the order of their ids. */
  async lock(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<Omit<LockedTask, 'lease'>[]> {
    return tx.hotRows<LockedTask>(
      `select ${LOCKED_COLUMNS} from tasks where id = any(?::uuid[]) order by id for update`,
      [ids],
    );
  }

  /** Of some running tasks, their types. */
  async types(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<Map<string, string>> {
    const rows = await tx.hotRows<{ id: string; type: string }>(
      'select id, type from tasks where id = any(?::uuid[])',
      [ids],
    );
    return new Map(rows.map(row => [row.id, row.type]));
  }

  /**
   * Ends attempts that run. Answers those that did and were held as said.
   *
   * @param hooked - also those from whose end something follows in the transaction
   */
  async end(
    tx: Transaction,
    ends: readonly AttemptEnd[],
    hooked: boolean,
  ): Promise<EndedRow[]> {
    return tx.hotRows<EndedRow>(END, [
      ends.map(end => end.taskId),
      ends.map(end => end.attempt),
      ends.map(end => end.agentId),
      ends.map(end => end.status),
      ends.map(end => JSON.stringify(end.output)),
      ends.map(end => end.reason ?? null),
      ends.map(() => uuidv7()),
      hooked,
    ]);
  }

  /** Tasks newest first, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: TaskFilter & { beforeId?: string; limit: number },
  ): Promise<TaskSummaryRow[]> {
    const limit = filter.limit + 1;
    const heads = fromHeads(organizationId, filter, limit);
    return tx.rows<TaskSummaryRow>(
      `with page as materialized (select id from (${heads.sql}) x order by id desc limit ?)
       select ${SUMMARY_COLUMNS} from page join task_live t on t.id = page.id ${JOINS} order by t.id desc`,
      [...heads.bindings, limit],
    );
  }

  /** How many tasks there are, counted up to `cap + 1`. */
  async count(
    tx: Transaction,
    organizationId: string,
    filter: TaskFilter & { status: readonly TaskStatus[] },
    cap: number,
  ): Promise<number> {
    const { status, ...narrowing } = filter;
    const isNarrowed = Object.values(narrowing).some(
      value => value !== undefined,
    );
    const counted = isNarrowed
      ? fromHeads(organizationId, filter, cap + 1)
      : allInStatus(organizationId, status);
    const [row] = await tx.rows<{ count: number }>(
      `select count(*)::int as count from (select 1 from (${counted.sql}) x limit ?) counted`,
      [...counted.bindings, cap + 1],
    );
    return row.count;
  }

  async update(tx: Transaction, id: string, change: TaskChange) {
    const set = assignments({
      title: change.title,
      description: change.description,
      priority: change.priority,
      capability_set_id: change.capabilitySetId,
      entity_ref: change.entityRef,
      max_attempts: change.maxAttempts,
      run_after: change.runAfter,
    });
    if (set) {
      await tx.run(
        `update tasks set ${set.sql}, updated_at = now(), version = version + 1 where id = ?`,
        [...set.bindings, id],
      );
    }
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.run('delete from tasks where id = ?', [id]);
  }

  async applyTransition(
    tx: Transaction,
    id: string,
    columns: TransitionColumns,
  ): Promise<void> {
    // How far an attempt had come is worth knowing where it went wrong.
    const keepsProgress = columns.final && columns.status !== 'succeeded';
    const { lease } = columns;
    await tx.hotRows(
      `update tasks set status = ?, waiting_reason = ?, failures = ?, run_after = ?,
         output = coalesce(?::jsonb, output), last_error = coalesce(?, last_error),
         agent_id = case when ? then null else coalesce(?::uuid, agent_id) end,
         attempt = coalesce(?::int, attempt), started_at = coalesce(?::timestamptz, started_at),
         progress_percent = case when ? then coalesce(?::real, progress_percent) end,
         progress_message = case when ? then coalesce(?::text, progress_message) end,
         finished_at = case when ? then now() else null end,
         updated_at = now(), version = version + ?::int
       where id = ?`,
      [
        columns.status,
        columns.waitingReason ?? null,
        columns.failures,
        columns.runAfter ?? null,
        columns.output === undefined ? null : JSON.stringify(columns.output),
        columns.lastError ?? null,
        columns.releaseAgent,
        lease?.agent_id ?? null,
        lease?.attempt ?? null,
        lease?.started_at ?? null,
        keepsProgress,
        lease?.progress_percent ?? null,
        keepsProgress,
        lease?.progress_message ?? null,
        columns.final,
        1 + (lease?.version ?? 0),
        id,
      ],
    );
  }

  /** The tasks from which one came and all that came from it, nearest first; one more than `limit`. */
  async lineage(
    tx: Transaction,
    organizationId: string,
    id: string,
    { visible, limit }: { visible?: Conditions; limit: number },
  ): Promise<
    {
      id: string;
      parent_id: string | null;
      title: string;
      status: TaskStatus;
      priority: number;
    }[]
  > {
    const seen = visible ?? new Conditions();
    return tx.rows(
      `with recursive
         ancestors as (
           select id, parent_id, 0 as distance from tasks where organization_id = ? and id = ?
           union all
           select t.id, t.parent_id, a.distance + 1 from tasks t join ancestors a on t.id = a.parent_id
           where a.distance < 1000
         ),
         root as (select id from ancestors order by distance desc limit 1),
         family as (
           select t.id, 0 as depth from tasks t join root on root.id = t.id
           union all
           select t.id, f.depth + 1 from tasks t join family f on t.parent_id = f.id
           where f.depth < 1000
         )
       select t.id, t.parent_id, t.title, t.status, t.priority from family f join task_live t on t.id = f.id
       where ${seen.sql} order by f.depth, t.id limit ?`,
      [organizationId, id, ...seen.bindings, limit + 1],
    );
  }

  /** Whether an agent held an attempt at the task that has ended. */
  async wasHeldBy(
    tx: Transaction,
    id: string,
    agentId: string,
  ): Promise<boolean> {
    const rows = await tx.rows(
      'select 1 from task_attempts where task_id = ? and agent_id = ? limit 1',
      [id, agentId],
    );
    return rows.length > 0;
  }
}
