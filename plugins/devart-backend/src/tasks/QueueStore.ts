import type { Transaction } from '../database/Transaction';

/** A task as its agent receives it. */
export interface ClaimedRow {
  id: string;
  attempt: number;
  title: string;
  description: string;
  type: string;
  priority: number;
  capabilities: string[];
  entity_ref: string | null;
  parent_id: string | null;
  input: Record<string, unknown>;
  max_attempts: number;
  traceparent: string | null;
  /** From the moment it could be claimed until now. */
  waited_seconds: number;
}

/** Who claims, and how much. */
export interface ClaimRequest {
  organizationId: string;
  agentId: string;
  agentName: string;
  sessionId: string;
  capabilities: readonly string[];
  max: number;
  taskId?: string;
}

/** The SQL of the queue. */
export class QueueStore {
  readonly #ageingSeconds: number;

  /** @param ageingSeconds - by how much each step of priority lets a task overtake */
  constructor(options: { ageingSeconds: number }) {
    this.#ageingSeconds = options.ageingSeconds;
  }

  async enqueue(
    tx: Transaction,
    task: {
      id: string;
      organizationId: string;
      capabilitySetId: number;
      priority: number;
      /** The queue's first-in-first-out counts from here; now, when the task is new. */
      createdAt?: Date;
      availableAt?: Date | string;
    },
  ): Promise<void> {
    await tx.run(
      `insert into task_queue (task_id, organization_id, capability_set_id, sort_key, available_at, ready)
       select ?, ?, ?, coalesce(?::timestamptz, now()) + ? * make_interval(secs => ?::double precision),
         coalesce(due.at, now()), coalesce(due.at <= now(), true)
       from (select ?::timestamptz as at) due`,
      [
        task.id,
        task.organizationId,
        task.capabilitySetId,
        task.createdAt ?? null,
        task.priority,
        this.#ageingSeconds,
        task.availableAt ?? null,
      ],
    );
  }

  /**
   * Locks the place of a task in the queue, if it has one. Whoever locks both
   * locks the place first, as the claim does; else the two could deadlock.
   */
  async lock(tx: Transaction, taskId: string): Promise<void> {
    await tx.rows('select 1 from task_queue where task_id = ? for update', [
      taskId,
    ]);
  }

  async remove(tx: Transaction, taskId: string): Promise<void> {
    await tx.run('delete from task_queue where task_id = ?', [taskId]);
  }

  /**
   * Hands out queued tasks that need no more than the agent can do, most urgent
   * first, and starts their next attempt: queue, task, attempt, transition and
   * event in one statement.
   *
   * The agent's capabilities are turned into the numbers of the sets that they
   * cover, and the head of the index is read for each set. Filtering rows by
   * `required <@ mine` instead would read past everything of higher priority
   * that the agent cannot do.
   */
  async claim(tx: Transaction, request: ClaimRequest): Promise<ClaimedRow[]> {
    const { taskId } = request;
    return tx.rows<ClaimedRow>(
      `with sets as (
         select id from capability_sets where organization_id = ? and capabilities <@ ?::text[]
       ),
       picked as (
         select head.task_id from sets cross join lateral (
           select q.task_id, q.sort_key from task_queue q
           where q.ready and q.capability_set_id = sets.id ${taskId ? 'and q.task_id = ?' : ''}
           order by q.sort_key, q.task_id limit ? for update skip locked
         ) head
         order by head.sort_key, head.task_id limit ?
       ),
       taken as (
         delete from task_queue q using picked where q.task_id = picked.task_id returning q.task_id, q.sort_key, q.available_at
       ),
       started as (
         update tasks t set status = 'running', waiting_reason = null, agent_id = ?, session_id = ?,
           attempt = t.attempt + 1, run_after = null, progress_percent = null, progress_message = null,
           started_at = now(), updated_at = now(), version = t.version + 1
         from taken where t.id = taken.task_id
         returning t.*, taken.sort_key, taken.available_at
       ),
       attempts as (
         insert into task_attempts (task_id, attempt, organization_id, agent_id, agent_name, session_id)
         select id, attempt, organization_id, agent_id, ?, session_id from started
       ),
       transitions as (
         insert into task_transitions (organization_id, task_id, from_status, to_status, attempt, actor)
         select organization_id, id, 'queued', 'running', attempt, 'agent:' || agent_id from started
       ),
       logged as (
         insert into events (organization_id, topic, actor, subject_kind, subject_id, subject_name, entity_ref)
         select organization_id, 'task.running', 'agent:' || agent_id, 'task', id, title, entity_ref from started
       )
       select s.id, s.attempt, s.title, s.description, s.type, s.priority, c.capabilities, s.entity_ref,
         s.parent_id, s.input, s.max_attempts, s.traceparent,
         extract(epoch from clock_timestamp() - s.available_at)::double precision as waited_seconds
       from started s join capability_sets c on c.id = s.capability_set_id
       order by s.sort_key, s.id`,
      [
        request.organizationId,
        request.capabilities as string[],
        ...(taskId ? [taskId] : []),
        request.max,
        request.max,
        request.agentId,
        request.sessionId,
        request.agentName,
      ],
    );
  }

  /**
   * Makes tasks claimable whose time has come. Answers how many, and in how
   * many milliseconds the next one is due.
   */
  async promoteDue(
    tx: Transaction,
    limit: number,
  ): Promise<{ promoted: number; nextInMs?: number }> {
    const promoted = await tx.run(
      `update task_queue set ready = true where task_id in (
         select task_id from task_queue where not ready and available_at <= now()
         order by available_at limit ? for update skip locked)`,
      [limit],
    );
    const [next] = await tx.rows<{ ms: number | null }>(
      `select extract(epoch from min(available_at) - clock_timestamp())::double precision * 1000 as ms
       from task_queue where not ready`,
    );
    return { promoted, nextInMs: next.ms ?? undefined };
  }

  /** How many tasks an agent is working on. */
  async countRunning(tx: Transaction, agentId: string): Promise<number> {
    const [row] = await tx.rows<{ count: number }>(
      `select count(*)::int as count from tasks where agent_id = ? and status = 'running'`,
      [agentId],
    );
    return row.count;
  }

  /** Whether a queued task may be claimed now, and since or until when. */
  async findQueued(
    tx: Transaction,
    taskId: string,
  ): Promise<{ ready: boolean; available_at: Date } | undefined> {
    const [row] = await tx.rows<{ ready: boolean; available_at: Date }>(
      'select ready, available_at from task_queue where task_id = ?',
      [taskId],
    );
    return row;
  }
}
