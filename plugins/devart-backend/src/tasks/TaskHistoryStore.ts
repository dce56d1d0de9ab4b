import type { TaskStatus } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';

/** How an attempt ended. */
export type AttemptOutcome =
  'succeeded' | 'failed' | 'cancelled' | 'lost' | 'waiting';

/** A change of status as it is kept. */
export interface TransitionRow {
  at: Date;
  from_status: TaskStatus | null;
  to_status: TaskStatus;
  attempt: number;
  actor: string;
  reason: string | null;
}

/** One try at a task as it is kept. */
export interface AttemptRow {
  attempt: number;
  agent_id: string | null;
  agent_name: string;
  started_at: Date;
  finished_at: Date | null;
  outcome: AttemptOutcome | null;
  error: string | null;
}

/** Attempts that have ended, and the one that runs; of agents that are gone only the name. */
const ATTEMPTS = `
  select a.attempt, g.id as agent_id, a.agent_name, a.started_at, a.finished_at, a.outcome, a.error
  from (
    select attempt, agent_id, agent_name, started_at, finished_at, outcome, error
    from task_attempts where task_id = ?
    union all
    select attempt, agent_id, agent_name, started_at, null, null, null from task_leases where task_id = ?
  ) a left join agents g on g.id = a.agent_id`;

/**
 * Every change of status. The task itself tells its creation, an attempt its
 * claim and its end by the agent's word; only the rest has rows of its own.
 * Within an attempt the claim comes first, whatever the clocks say.
 */
const TRANSITIONS = `
  select at, from_status, to_status, attempt, actor, reason from (
    select created_at as at, null as from_status, 'queued' as to_status, 0 as attempt, created_by as actor,
      null as reason, 0 as step, id from tasks where id = ?
    union all
    select started_at, 'queued', 'running', attempt, 'agent:' || agent_id, null, 1, task_id
    from task_attempts where task_id = ?
    union all
    select started_at, 'queued', 'running', attempt, 'agent:' || agent_id, null, 1, task_id
    from task_leases where task_id = ?
    union all
    select finished_at, 'running', ended_as, attempt, 'agent:' || agent_id, reason, 2, task_id
    from task_attempts where task_id = ? and ended_as is not null
    union all
    select at, from_status, to_status, attempt, actor, reason, 2, id from task_transitions where task_id = ?
  ) told order by attempt, step, at, id limit 5000`;

/** The SQL of the transitions and attempts of tasks. */
export class TaskHistoryStore {
  async appendTransition(
    tx: Transaction,
    transition: {
      organizationId: string;
      taskId: string;
      from: TaskStatus;
      to: TaskStatus;
      attempt: number;
      reason?: string;
    },
  ): Promise<void> {
    await tx.hotRows(
      `insert into task_transitions (organization_id, task_id, from_status, to_status, attempt, actor, reason)
       values (?, ?, ?, ?, ?, ?, ?)`,
      [
        transition.organizationId,
        transition.taskId,
        transition.from,
        transition.to,
        transition.attempt,
        tx.actor,
        transition.reason ?? null,
      ],
    );
  }

  /** Ends the lease of a task and keeps its attempt. */
  async finishAttempt(
    tx: Transaction,
    taskId: string,
    end: { outcome: AttemptOutcome; error?: string },
  ): Promise<void> {
    await tx.hotRows(
      `with held as (delete from task_leases where task_id = ? returning *)
       insert into task_attempts
         (task_id, attempt, organization_id, agent_id, agent_name, session_id, started_at, outcome, error)
       select task_id, attempt, organization_id, agent_id, agent_name, session_id, started_at, ?, ? from held`,
      [taskId, end.outcome, end.error ?? null],
    );
  }

  async findAttempt(
    tx: Transaction,
    taskId: string,
    attempt: number,
  ): Promise<AttemptRow | undefined> {
    const [row] = await tx.rows<AttemptRow>(`${ATTEMPTS} where a.attempt = ?`, [
      taskId,
      taskId,
      attempt,
    ]);
    return row;
  }

  async transitions(tx: Transaction, taskId: string): Promise<TransitionRow[]> {
    return tx.rows<TransitionRow>(TRANSITIONS, Array<string>(5).fill(taskId));
  }

  async attempts(tx: Transaction, taskId: string): Promise<AttemptRow[]> {
    return tx.rows<AttemptRow>(`${ATTEMPTS} order by a.attempt limit 1000`, [
      taskId,
      taskId,
    ]);
  }

  /** Removes what is kept of a task. */
  async removeOf(tx: Transaction, taskId: string): Promise<void> {
    await Promise.all([
      tx.run('delete from task_attempts where task_id = ?', [taskId]),
      tx.run('delete from task_transitions where task_id = ?', [taskId]),
    ]);
  }

  /** How the attempts of an agent ended in the last days. */
  async performance(
    tx: Transaction,
    agentId: string,
    days: number,
  ): Promise<{
    daily: { day: string; succeeded: number; failed: number; lost: number }[];
    medianSeconds?: number;
    p95Seconds?: number;
  }> {
    const daily = await tx.rows<{
      day: string;
      succeeded: number;
      failed: number;
      lost: number;
    }>(
      `select to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD') as day,
         count(*) filter (where outcome = 'succeeded')::int as succeeded,
         count(*) filter (where outcome = 'failed')::int as failed,
         count(*) filter (where outcome = 'lost')::int as lost
       from task_attempts
       where agent_id = ? and finished_at > now() - make_interval(days => ?::int)
       group by 1 order by 1`,
      [agentId, days],
    );
    const [times] = await tx.rows<{
      median: number | null;
      p95: number | null;
    }>(
      `select percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at)) as median,
         percentile_cont(0.95) within group (order by extract(epoch from finished_at - started_at)) as p95
       from task_attempts
       where agent_id = ? and outcome = 'succeeded' and finished_at > now() - make_interval(days => ?::int)`,
      [agentId, days],
    );
    return {
      daily,
      medianSeconds: times.median ?? undefined,
      p95Seconds: times.p95 ?? undefined,
    };
  }
}
