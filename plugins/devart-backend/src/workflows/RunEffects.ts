import { stringifyError } from '@backstage/errors';
import type { ApprovalsService } from '../approvals/ApprovalsService';
import { isRetryableTransactionError } from '../database/databaseErrors';
import type { Transaction } from '../database/Transaction';
import type { TasksService } from '../tasks/TasksService';
import type { RunRecord, StepRecord } from './RunRecord';
import type { KnownRun } from './KnownRun';
import type { RunEffect } from './RunState';

/** As `tasks.create` has it where a workflow does not say. */
const DEFAULT_TASK = {
  type: 'general',
  priority: 'medium',
  maxAttempts: 3,
} as const;

type ChildAction = Extract<RunEffect, { kind: 'child' }>['action'];

/** What came of the effects of a run. */
export interface MadeEffects {
  /** Runs of other workflows that were begun. */
  children: KnownRun[];
  /** Effects that were refused, and why. */
  failures: { stepRunId: string; error: string }[];
}

/** Makes the tasks, approvals and runs that steps ask for, in the transaction that stores the steps. */
export class RunEffects {
  readonly #tasks: TasksService;
  readonly #approvals: ApprovalsService;

  constructor(options: { tasks: TasksService; approvals: ApprovalsService }) {
    this.#tasks = options.tasks;
    this.#approvals = options.approvals;
  }

  /**
   * Makes all of them, or, when one is refused, each by itself: what is refused
   * fails its own step and nothing else.
   */
  async make(
    tx: Transaction,
    run: RunRecord,
    effects: readonly RunEffect[],
    startChild: (step: StepRecord, action: ChildAction) => Promise<KnownRun>,
  ): Promise<MadeEffects> {
    const attempt = async (some: readonly RunEffect[]) => {
      const children: KnownRun[] = [];
      await this.#guarded(tx, async () => {
        for (const effect of some) {
          const child = await this.#makeOne(tx, run, effect, startChild);
          if (child) {
            children.push(child);
          }
        }
      });
      return children;
    };
    try {
      return { children: await attempt(effects), failures: [] };
    } catch (error) {
      if (!isRefusal(error)) {
        throw error;
      }
    }
    const made: MadeEffects = { children: [], failures: [] };
    for (const effect of effects) {
      try {
        made.children.push(...(await attempt([effect])));
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        made.failures.push({
          stepRunId: effect.step.id,
          error: error instanceof Error ? error.message : stringifyError(error),
        });
      }
    }
    return made;
  }

  async #makeOne(
    tx: Transaction,
    run: RunRecord,
    effect: RunEffect,
    startChild: (step: StepRecord, action: ChildAction) => Promise<KnownRun>,
  ): Promise<KnownRun | undefined> {
    const { step } = effect;
    if (effect.kind === 'child') {
      const child = await startChild(step, effect.action);
      step.childRunId = child.state.run.id;
      return child;
    }
    if (effect.kind === 'task') {
      const { taskType, ...action } = effect.action;
      const { id } = await this.#tasks.createIn(tx, run.organizationId, {
        ...action,
        type: taskType ?? DEFAULT_TASK.type,
        priority: action.priority ?? DEFAULT_TASK.priority,
        maxAttempts: action.maxAttempts ?? DEFAULT_TASK.maxAttempts,
        entityRef: action.entityRef ?? run.entityRef,
        traceparent: run.traceparent,
        run: { id: run.id, stepId: step.id },
      });
      step.taskId = id;
      return undefined;
    }
    const { action } = effect;
    const { id } = await this.#approvals.requestIn(tx, run.organizationId, {
      title: action.title,
      description: action.description,
      effect: action.effect,
      approvers: action.approvers,
      approvalsNeeded: action.approvals,
      costMicros: action.costMicros,
      edit: action.edit,
      expiresIn: `${action.expiresInMs}ms`,
      onExpiry: action.onExpiry,
      escalateTo: action.escalateTo,
      entityRef: run.entityRef,
      requestedBy: run.startedBy,
      subject: {
        kind: 'run',
        id: run.id,
        name: `#${run.number}`,
        step: step.step,
        stepRunId: step.id,
      },
    });
    step.approvalId = id;
    return undefined;
  }

  /** Takes back what `work` did when it is refused, and leaves the rest of the transaction as it is. */
  async #guarded(tx: Transaction, work: () => Promise<void>): Promise<void> {
    await tx.run('savepoint devart_effect');
    try {
      await work();
    } catch (error) {
      if (isRefusal(error)) {
        await tx.run('rollback to savepoint devart_effect');
      }
      throw error;
    }
    await tx.run('release savepoint devart_effect');
  }
}

/** Whether an error is about what was asked for, rather than about the database or the transaction. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  const isServer =
    typeof code === 'string' && /^(08|40|53|55|57|58|XX)/.test(code);
  return (
    !isRetryableTransactionError(error) &&
    !isServer &&
    (typeof code === 'string' ||
      ['InputError', 'ConflictError', 'NotFoundError'].includes(
        (error as Error).name,
      ))
  );
}
