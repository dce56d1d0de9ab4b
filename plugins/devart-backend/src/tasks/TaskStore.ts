import type { TaskStatus, WaitingReason } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';
import type { TaskRow, TaskSummaryRow } from './TaskRow';

/** A task that does not exist yet. */
export interface NewTask {
  id: string;
  organizationId: string;
  title: string;
  description: string;
  type: string;
  priority: number;
  capabilities: readonly string[];
  entityRef?: string;
  maxAttempts: number;
  runAfter?: string;
  parentId?: string;
  idempotencyKey?: string;
  requestHash?: Buffer;
  input: Record<string, unknown>;
  traceparent?: string;
  run?: { id: string; stepId: string };
}

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
  session_id: string | null;
  attempt: number;
  failures: number;
  max_attempts: number;
  capability_set_id: number;
  run_after: Date | null;
  created_at: Date;
  traceparent: string | null;
  run_step_id: string | null;
  version: number;
  /** Seconds since the attempt began. */
  held_seconds: number;
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
  t.created_at, t.updated_at, t.started_at, t.finished_at, t.version`;

const JOINS = `
  join capability_sets s on s.id = t.capability_set_id
  left join agents a on a.id = t.agent_id`;

const LOCKED_COLUMNS = `id, organization_id, title, type, status, priority, entity_ref, agent_id, session_id,
  attempt, failures, max_attempts, capability_set_id, run_after, created_at, traceparent, run_step_id, version,
  coalesce(extract(epoch from now() - started_at), 0)::double precision as held_seconds`;

/** A `tsquery` that finds texts with words that begin like every word of the search. */
function prefixQuery(text: string): string | undefined {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  return words?.map(word => `${word}:*`).join(' & ');
}

function conditionsOf(filter: Omit<TaskFilter, 'status'>): {
  conditions: string[];
  bindings: unknown[];
} {
  const conditions: string[] = [];
  const bindings: unknown[] = [];
  const narrow = (condition: string, value: unknown, ...more: unknown[]) => {
    if (value !== undefined) {
      conditions.push(condition);
      bindings.push(value, ...more);
    }
  };
  narrow('t.priority = any(?::smallint[])', filter.priority);
  narrow('t.agent_id = ?', filter.agentId);
  narrow('t.entity_ref = ?', filter.entityRef);
  narrow('t.type = ?', filter.type);
  narrow('t.parent_id = ?', filter.parentId);
  narrow('t.run_id = ?', filter.runId);
  narrow(
    `t.capability_set_id in (select id from capability_sets
       where organization_id = t.organization_id and ? = any(capabilities))`,
    filter.capability,
  );
  if (filter.text !== undefined) {
    const query = prefixQuery(filter.text);
    if (query === undefined) {
      conditions.push('false');
    } else {
      narrow(`t.words @@ to_tsquery('simple', ?)`, query);
    }
  }
  return { conditions, bindings };
}

/** The SQL of tasks themselves; the queue, logs and artifacts have stores of their own. */
export class TaskStore {
  /** Interns a set of capabilities; they are sorted and without repetition. */
  async internCapabilities(
    tx: Transaction,
    organizationId: string,
    capabilities: readonly string[],
  ): Promise<number> {
    const find = async () => {
      const [row] = await tx.rows<{ id: number }>(
        'select id from capability_sets where organization_id = ? and capabilities = ?::text[]',
        [organizationId, capabilities as string[]],
      );
      return row?.id;
    };
    const known = await find();
    if (known !== undefined) {
      return known;
    }
    const [made] = await tx.rows<{ id: number }>(
      `insert into capability_sets (organization_id, capabilities) values (?, ?::text[])
       on conflict do nothing returning id`,
      [organizationId, capabilities as string[]],
    );
    // Another transaction was first; its row is visible now that the insert waited for it.
    return made?.id ?? (await find())!;
  }

  /** Answers false when there is a task with the same idempotency key already. */
  async insert(
    tx: Transaction,
    task: NewTask & { capabilitySetId: number },
  ): Promise<boolean> {
    const inserted = await tx.run(
      `insert into tasks (id, organization_id, title, description, type, status, priority, capability_set_id,
         entity_ref, max_attempts, run_after, parent_id, idempotency_key, request_hash, input, traceparent,
         run_id, run_step_id, created_by)
       values (?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing`,
      [
        task.id,
        task.organizationId,
        task.title,
        task.description,
        task.type,
        task.priority,
        task.capabilitySetId,
        task.entityRef ?? null,
        task.maxAttempts,
        task.runAfter ?? null,
        task.parentId ?? null,
        task.idempotencyKey ?? null,
        task.requestHash ?? null,
        JSON.stringify(task.input),
        task.traceparent ?? null,
        task.run?.id ?? null,
        task.run?.stepId ?? null,
        tx.actor,
      ],
    );
    return inserted > 0;
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
    const [row] = await tx.rows<TaskRow>(
      `select ${SUMMARY_COLUMNS}, t.description, t.input, t.output, t.idempotency_key, t.traceparent
       from tasks t ${JOINS} where t.organization_id = ? and t.id = ?`,
      [organizationId, id],
    );
    return row;
  }

  /** Locks a task until the transaction ends. */
  async lock(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<LockedTask | undefined> {
    const [row] = await tx.rows<LockedTask>(
      `select ${LOCKED_COLUMNS} from tasks where organization_id = ? and id = ? for update`,
      [organizationId, id],
    );
    return row;
  }

  /** Locks the running tasks of an agent, in the order of their ids. */
  async lockRunningOf(tx: Transaction, agentId: string): Promise<LockedTask[]> {
    return tx.rows<LockedTask>(
      `select ${LOCKED_COLUMNS} from tasks where agent_id = ? and status = 'running' order by id for update`,
      [agentId],
    );
  }

  /** Locks the running tasks of some sessions, in the order of their ids. */
  async lockRunningOfSessions(
    tx: Transaction,
    sessionIds: readonly string[],
  ): Promise<LockedTask[]> {
    return tx.rows<LockedTask>(
      `select ${LOCKED_COLUMNS} from tasks
       where session_id = any(?::uuid[]) and status = 'running' order by id for update`,
      [sessionIds as string[]],
    );
  }

  /** Locks those of some tasks that are running, in the order of their ids. */
  async lockRunning(
    tx: Transaction,
    ids: readonly string[],
  ): Promise<LockedTask[]> {
    return tx.rows<LockedTask>(
      `select ${LOCKED_COLUMNS} from tasks
       where id = any(?::uuid[]) and status = 'running' order by id for update`,
      [ids as string[]],
    );
  }

  /** Locks every running task of an organisation, in the order of their ids. */
  async lockAllRunning(
    tx: Transaction,
    organizationId: string,
  ): Promise<LockedTask[]> {
    return tx.rows<LockedTask>(
      `select ${LOCKED_COLUMNS} from tasks
       where organization_id = ? and status = 'running' order by id for update`,
      [organizationId],
    );
  }

  /** Of some attempts, those that the agent does not hold, and why. */
  async findNotHeld(
    tx: Transaction,
    agentId: string,
    attempts: readonly { taskId: string; attempt: number }[],
  ): Promise<
    { taskId: string; attempt: number; reason: 'cancelled' | 'lost' }[]
  > {
    if (attempts.length === 0) {
      return [];
    }
    return tx.rows(
      `select named.task_id as "taskId", named.attempt,
         case when t.status = 'cancelled' and t.attempt = named.attempt then 'cancelled' else 'lost' end as reason
       from unnest(?::uuid[], ?::int[]) as named (task_id, attempt)
       left join tasks t on t.id = named.task_id
       where not coalesce(
         t.status = 'running' and t.attempt = named.attempt and t.agent_id = ?, false)`,
      [
        attempts.map(({ taskId }) => taskId),
        attempts.map(({ attempt }) => attempt),
        agentId,
      ] as unknown as string[],
    );
  }

  /** Tasks newest first, one more than `limit`. */
  async list(
    tx: Transaction,
    organizationId: string,
    filter: TaskFilter & { beforeId?: string; limit: number },
  ): Promise<TaskSummaryRow[]> {
    const { status, priority, beforeId, limit, ...rest } = filter;
    // With several statuses or priorities the order of one index would be lost:
    // take the first of each combination and merge. Each stands in the statement
    // by itself, since the planner cannot tell how rare a value of a list is.
    const heads = status?.flatMap(one =>
      priority
        ? priority.map(rank => ({ status: one, priority: rank }))
        : [{ status: one }],
    );
    const { conditions, bindings } = conditionsOf(
      heads ? rest : { ...rest, priority },
    );
    conditions.unshift('t.organization_id = ?');
    bindings.unshift(organizationId);
    if (beforeId !== undefined) {
      conditions.push('t.id < ?');
      bindings.push(beforeId);
    }
    const firstOf = (more: string) =>
      `select t.id from tasks t where ${conditions.join(' and ')}${more} order by t.id desc limit ?`;
    const page = heads
      ? `select x.id from (${heads
          .map(
            head =>
              `(${firstOf('priority' in head ? ' and t.status = ? and t.priority = ?' : ' and t.status = ?')})`,
          )
          .join(' union all ')}) x order by x.id desc limit ?`
      : firstOf('');
    const pageBindings = heads
      ? [
          ...heads.flatMap(head => [
            ...bindings,
            ...Object.values(head),
            limit + 1,
          ]),
          limit + 1,
        ]
      : [...bindings, limit + 1];
    return tx.rows<TaskSummaryRow>(
      `with page as materialized (${page})
       select ${SUMMARY_COLUMNS} from page join tasks t on t.id = page.id ${JOINS} order by t.id desc`,
      pageBindings as string[],
    );
  }

  /** How many tasks there are, counted up to `cap + 1`. */
  async count(
    tx: Transaction,
    organizationId: string,
    filter: TaskFilter & { status: readonly TaskStatus[] },
    cap: number,
  ): Promise<number> {
    const { status, ...rest } = filter;
    const { conditions, bindings } = conditionsOf(rest);
    const [row] = await tx.rows<{ count: number }>(
      `select count(*)::int as count from (
         select 1 from tasks t
         where ${['t.organization_id = ?', 't.status = any(?::text[])', ...conditions].join(' and ')}
         limit ?) counted`,
      [organizationId, status, ...bindings, cap + 1] as string[],
    );
    return row.count;
  }

  async update(tx: Transaction, id: string, change: TaskChange) {
    const columns: string[] = [];
    const bindings: unknown[] = [];
    const set = (column: string, value: unknown) => {
      if (value !== undefined) {
        columns.push(`${column} = ?`);
        bindings.push(value);
      }
    };
    set('title', change.title);
    set('description', change.description);
    set('priority', change.priority);
    set('capability_set_id', change.capabilitySetId);
    set('entity_ref', change.entityRef);
    set('max_attempts', change.maxAttempts);
    set('run_after', change.runAfter);
    if (columns.length > 0) {
      await tx.run(
        `update tasks set ${columns.join(', ')}, updated_at = now(), version = version + 1 where id = ?`,
        [...bindings, id] as string[],
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
    await tx.run(
      `update tasks set status = ?, waiting_reason = ?, failures = ?, run_after = ?,
         output = coalesce(?::jsonb, output), last_error = coalesce(?, last_error),
         agent_id = case when ? then null else agent_id end,
         session_id = null,
         progress_percent = case when ? then progress_percent end,
         progress_message = case when ? then progress_message end,
         finished_at = case when ? then now() else null end,
         updated_at = now(), version = version + 1
       where id = ?`,
      [
        columns.status,
        columns.waitingReason ?? null,
        columns.failures,
        columns.runAfter ?? null,
        columns.output === undefined ? null : JSON.stringify(columns.output),
        columns.lastError ?? null,
        columns.releaseAgent,
        keepsProgress,
        keepsProgress,
        columns.final,
        id,
      ],
    );
  }

  /** Answers how many tasks took the progress: 0 when the attempt is not the agent's. */
  async setProgress(
    tx: Transaction,
    id: string,
    attempt: number,
    progress: { percent: number; message?: string },
  ): Promise<
    { id: string; title: string; entity_ref: string | null } | undefined
  > {
    const [row] = await tx.rows<{
      id: string;
      title: string;
      entity_ref: string | null;
    }>(
      `update tasks set progress_percent = ?, progress_message = ?, updated_at = now(), version = version + 1
       where id = ? and attempt = ? and status = 'running' and agent_id = devart_agent()
       returning id, title, entity_ref`,
      [progress.percent, progress.message ?? null, id, attempt],
    );
    return row;
  }

  /** The tasks from which one came and all that came from it, nearest first; one more than `limit`. */
  async lineage(
    tx: Transaction,
    organizationId: string,
    id: string,
    limit: number,
  ): Promise<
    {
      id: string;
      parent_id: string | null;
      title: string;
      status: TaskStatus;
      priority: number;
    }[]
  > {
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
       select t.id, t.parent_id, t.title, t.status, t.priority from family f join tasks t on t.id = f.id
       order by f.depth, t.id limit ?`,
      [organizationId, id, limit + 1],
    );
  }

  /** Whether an agent ever held the task. */
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
