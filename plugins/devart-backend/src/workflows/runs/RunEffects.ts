import { stringifyError } from '@backstage/errors';
import type { ApprovalsService } from '../../approvals/ApprovalsService';
import { isRetryableTransactionError } from '../../database/databaseErrors';
import type { Transaction } from '../../database/Transaction';
import type { TasksService } from '../../tasks/TasksService';
import { groupBy } from '../../collections/groupBy';
import type { RunRecord, StepRecord } from '../state/RunRecord';
import type { KnownRun } from './KnownRun';
import type { RunEffect } from '../state/RunState';

/** As `tasks.create` has it where a workflow does not say. */
const DEFAULT_TASK = {
  type: 'general',
  priority: 'medium',
  maxAttempts: 3,
} as const;

type EffectOf<K extends RunEffect['kind']> = Extract<RunEffect, { kind: K }>;

/** Something that a run asks for. */
export interface AskedEffect {
  run: RunRecord;
  /** What people call it. */
  runName: string;
  effect: RunEffect;
}

interface AskedTask extends AskedEffect {
  effect: EffectOf<'task'>;
}

type StartChild = (
  parent: RunRecord,
  step: StepRecord,
  action: EffectOf<'child'>['action'],
) => Promise<KnownRun>;

/** What came of the effects of some runs. */
export interface MadeEffects {
  /** Runs of other workflows that were begun. */
  children: KnownRun[];
  /** Effects that were refused, and why. */
  failures: { stepRunId: string; error: string }[];
}

/** Makes the tasks, approvals and runs that steps of runs ask for, in the transaction that stores the steps. */
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
    asked: readonly AskedEffect[],
    startChild: StartChild,
  ): Promise<MadeEffects> {
    const attempt = (some: readonly AskedEffect[]) =>
      this.#guarded(tx, () => this.#makeAll(tx, some, startChild));
    try {
      return { children: await attempt(asked), failures: [] };
    } catch (error) {
      if (!isRefusal(error)) {
        throw error;
      }
    }
    const made: MadeEffects = { children: [], failures: [] };
    for (const one of asked) {
      try {
        made.children.push(...(await attempt([one])));
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        made.failures.push({
          stepRunId: one.effect.step.id,
          error: error instanceof Error ? error.message : stringifyError(error),
        });
      }
    }
    return made;
  }

  /** Answers the runs that were begun. */
  async #makeAll(
    tx: Transaction,
    asked: readonly AskedEffect[],
    startChild: StartChild,
  ): Promise<KnownRun[]> {
    const tasks: AskedTask[] = [];
    const children: KnownRun[] = [];
    for (const { run, runName, effect } of asked) {
      if (effect.kind === 'task') {
        tasks.push({ run, runName, effect });
      } else if (effect.kind === 'approval') {
        await this.#requestApproval(tx, run, runName, effect);
      } else {
        const child = await startChild(run, effect.step, effect.action);
        effect.step.childRunId = child.state.run.id;
        children.push(child);
      }
    }
    const byOrganization = groupBy(tasks, ({ run }) => run.organizationId);
    for (const [organizationId, own] of byOrganization) {
      await this.#createTasks(tx, organizationId, own);
    }
    return children;
  }

  /** One statement for all of them. */
  async #createTasks(
    tx: Transaction,
    organizationId: string,
    asked: readonly AskedTask[],
  ): Promise<void> {
    const created = await this.#tasks.createManyIn(
      tx,
      organizationId,
      asked.map(({ run, effect }) => {
        const { taskType, ...action } = effect.action;
        return {
          ...action,
          type: taskType ?? DEFAULT_TASK.type,
          priority: action.priority ?? DEFAULT_TASK.priority,
          maxAttempts: action.maxAttempts ?? DEFAULT_TASK.maxAttempts,
          entityRef: action.entityRef ?? run.entityRef,
          traceparent: run.traceparent,
          run: { id: run.id, stepId: effect.step.id },
        };
      }),
    );
    for (const [index, { effect }] of asked.entries()) {
      effect.step.taskId = created[index].id;
    }
  }

  async #requestApproval(
    tx: Transaction,
    run: RunRecord,
    runName: string,
    { step, action }: EffectOf<'approval'>,
  ): Promise<void> {
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
        name: runName,
        step: step.step,
        stepRunId: step.id,
      },
    });
    step.approvalId = id;
  }

  /** Takes back what `work` did when it is refused, and leaves the rest of the transaction as it is. */
  async #guarded<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
    // Neither is waited for: what comes behind fails if they do.
    tx.withCommit(tx.run('savepoint devart_effect'));
    try {
      const made = await work();
      tx.withCommit(tx.run('release savepoint devart_effect'));
      return made;
    } catch (error) {
      if (isRefusal(error)) {
        await tx.run('rollback to savepoint devart_effect');
      }
      throw error;
    }
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
