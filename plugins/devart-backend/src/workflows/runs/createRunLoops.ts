import type { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import type { ApprovalsService } from '../../approvals/ApprovalsService';
import type { Database } from '../../database/Database';
import { BACKSTOP_MS } from '../../loops/backstop';
import { Loop } from '../../loops/Loop';
import type { TasksService } from '../../tasks/TasksService';
import type { RunEngine } from './RunEngine';
import type { RunStore } from './RunStore';

const ACTOR = 'system:workflows';
const BATCH = 200;

interface LoopOptions {
  database: Database;
  store: RunStore;
  engine: RunEngine;
  logger: LoggerService;
}

/** Tells runs when something of theirs is due: the end of a pause, the next try, a time limit. */
export function createRunTimer(options: LoopOptions): Loop {
  const { database, store, engine } = options;
  let plannedAt = 0;
  const loop: Loop = new Loop({
    name: 'workflow timers',
    logger: options.logger,
    intervalMs: BACKSTOP_MS,
    round: async () => {
      plannedAt = Infinity;
      const { ids, nextAt } = await database.asSystem(ACTOR, tx =>
        store.due(tx, BATCH),
      );
      await Promise.all(ids.map(id => engine.tell(id, { kind: 'tick' })));
      if (ids.length >= BATCH) {
        return 'again';
      }
      plannedAt = Math.min(
        nextAt?.getTime() ?? Infinity,
        Date.now() + BACKSTOP_MS,
      );
      return Math.max(1, plannedAt - Date.now());
    },
  });
  engine.onDue(at => {
    if (at < plannedAt) {
      loop.wake();
    }
  });
  return loop;
}

/**
 * Says that this replica is there, and sees to what others left: steps in the
 * hands of replicas that are gone, and steps that were not told of the end of
 * what they wait for.
 */
export function createRunKeeper(
  options: LoopOptions & { leaseSeconds: number },
): Loop {
  const { database, store, engine, leaseSeconds } = options;
  return new Loop({
    name: 'workflow keeper',
    logger: options.logger,
    intervalMs: Math.min(BACKSTOP_MS, (leaseSeconds * 1000) / 3),
    round: async () => {
      const left = await database.asSystem(ACTOR, async tx => {
        await store.keepReplica(tx, engine.replica, leaseSeconds);
        return {
          lost: await store.lost(tx, BATCH),
          children: await store.endedChildren(tx, BATCH),
          tasks: await store.missingTasks(tx, BATCH),
        };
      });
      await Promise.all([
        ...left.lost.map(({ id, runId, heldBy }) =>
          engine.tell(runId, { kind: 'lost', stepRunId: id, heldBy }),
        ),
        ...left.children.map(child =>
          engine.tell(child.runId, {
            kind: 'childEnded',
            stepRunId: child.id,
            childRunId: child.childRunId,
            status: child.status,
            outputs: child.outputs ?? undefined,
            error: child.error ?? undefined,
          }),
        ),
        ...left.tasks.map(({ id, runId, taskId }) =>
          engine.tell(runId, {
            kind: 'taskEnded',
            stepRunId: id,
            taskId,
            status: 'cancelled',
            error: 'it was deleted',
          }),
        ),
      ]);
      return left.lost.length === BATCH ? 'again' : undefined;
    },
  });
}

/**
 * Calls off what steps began that do not wait for it any more. In transactions
 * of its own: who ends a task locks the task and then the run, and whoever
 * cancels a run holds the run already.
 */
export function createRunCleaner(
  options: LoopOptions & { tasks: TasksService; approvals: ApprovalsService },
): Loop {
  const { database, store, engine, tasks, approvals } = options;
  const loop = new Loop({
    name: 'workflow cleaner',
    logger: options.logger,
    intervalMs: BACKSTOP_MS,
    round: async () => {
      const abandoned = await database.asSystem(ACTOR, tx =>
        store.abandoned(tx, BATCH),
      );
      for (const step of abandoned) {
        const reason = 'The run of the workflow does not need it any more';
        if (step.childRunId) {
          await engine.tell(step.childRunId, { kind: 'cancel', by: ACTOR });
        }
        await database.asSystem(ACTOR, async tx => {
          if (step.taskId) {
            await unlessGone(() =>
              tasks.cancelIn(tx, step.organizationId, step.taskId!, reason),
            );
          }
          if (step.approvalId) {
            await approvals.cancelIn(tx, step.approvalId, reason);
          }
          await store.settleAbandoned(tx, [step.id]);
        });
      }
      return abandoned.length === BATCH ? 'again' : undefined;
    },
  });
  engine.onAbandoned(() => loop.wake());
  return loop;
}

async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isError(error) || error.name !== 'NotFoundError') {
      throw error;
    }
  }
}
