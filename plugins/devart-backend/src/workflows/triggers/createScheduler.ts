import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { Database } from '../../database/Database';
import { BACKSTOP_MS } from '../../loops/backstop';
import { Loop } from '../../loops/Loop';
import { statusOfError } from '../../operations/statusOfError';
import type { RunsService } from '../runs/RunsService';
import { nextRun } from '../definition/schedule';
import type { TriggerRow, WorkflowStore } from '../versions/WorkflowStore';

const ACTOR = 'system:schedule';
const BATCH = 50;
/** A time that passed longer ago than this was missed. */
const MISSED_AFTER_MS = 60_000;

/**
 * Starts workflows at their times. The run's idempotency key is the time, so
 * that several replicas start it once; only then the schedule moves on, so that
 * a replica that dies in between leaves nothing out.
 */
export function createScheduler(options: {
  database: Database;
  store: WorkflowStore;
  runs: RunsService;
  logger: LoggerService;
}): Loop {
  const { database, store, runs } = options;

  async function start(
    schedule: TriggerRow & { due_at: Date },
  ): Promise<string | undefined> {
    const at = schedule.due_at.toISOString();
    const isMissed = Date.now() - schedule.due_at.getTime() > MISSED_AFTER_MS;
    if (isMissed && schedule.missed !== 'run-once') {
      return undefined;
    }
    try {
      await runs.triggerBySystem({
        organizationId: schedule.organization_id,
        workflowId: schedule.workflow_id,
        trigger: 'schedule',
        triggerData: { at },
        parametersOf: ({ program }) =>
          program.triggerParameters(schedule.position, { at }),
        startedBy: ACTOR,
        key: `schedule:${schedule.workflow_id}:${schedule.position}:${at}`,
        depth: 0,
      });
      return undefined;
    } catch (error) {
      const isOurs = error instanceof Error && error.name === 'ExpressionError';
      if (statusOfError(error) >= 500 && !isOurs) {
        throw error;
      }
      return error instanceof Error ? error.message : stringifyError(error);
    }
  }

  return new Loop({
    name: 'workflow schedules',
    logger: options.logger,
    intervalMs: BACKSTOP_MS,
    round: async () => {
      const { due, nextAt } = await database.asSystem(ACTOR, tx =>
        store.dueSchedules(tx, BATCH),
      );
      for (const schedule of due) {
        const error = await start(schedule);
        const next = nextRun(schedule.cron!, schedule.timezone!, new Date());
        await database.asSystem(ACTOR, tx =>
          store.moveSchedule(tx, schedule, next, error?.slice(0, 500)),
        );
      }
      if (due.length === BATCH) {
        return 'again';
      }
      return nextAt && Math.max(0, nextAt.getTime() - Date.now());
    },
  });
}
