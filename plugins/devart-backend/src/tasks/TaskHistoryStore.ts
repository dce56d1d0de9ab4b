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

/** The SQL of the transitions and attempts of tasks. */
export class TaskHistoryStore {
  async appendTransition(
    tx: Transaction,
    transition: {
      organizationId: string;
      taskId: string;
      from?: TaskStatus;
      to: TaskStatus;
      attempt: number;
      reason?: string;
    },
  ): Promise<void> {
    await tx.run(
      `insert into task_transitions (organization_id, task_id, from_status, to_status, attempt, actor, reason)
       values (?, ?, ?, ?, ?, ?, ?)`,
      [
        transition.organizationId,
        transition.taskId,
        transition.from ?? null,
        transition.to,
        transition.attempt,
        tx.actor,
        transition.reason ?? null,
      ],
    );
  }

  async finishAttempt(
    tx: Transaction,
    taskId: string,
    attempt: number,
    end: { outcome: AttemptOutcome; error?: string },
  ): Promise<void> {
    await tx.run(
      `update task_attempts set finished_at = now(), outcome = ?, error = ?
       where task_id = ? and attempt = ? and finished_at is null`,
      [end.outcome, end.error ?? null, taskId, attempt],
    );
  }

  async findAttempt(
    tx: Transaction,
    taskId: string,
    attempt: number,
  ): Promise<AttemptRow | undefined> {
    const [row] = await tx.rows<AttemptRow>(
      `select attempt, agent_id, agent_name, started_at, finished_at, outcome, error
       from task_attempts where task_id = ? and attempt = ?`,
      [taskId, attempt],
    );
    return row;
  }

  async transitions(tx: Transaction, taskId: string): Promise<TransitionRow[]> {
    return tx.rows<TransitionRow>(
      `select at, from_status, to_status, attempt, actor, reason
       from task_transitions where task_id = ? order by id limit 5000`,
      [taskId],
    );
  }

  async attempts(tx: Transaction, taskId: string): Promise<AttemptRow[]> {
    return tx.rows<AttemptRow>(
      `select attempt, agent_id, agent_name, started_at, finished_at, outcome, error
       from task_attempts where task_id = ? order by attempt limit 1000`,
      [taskId],
    );
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
