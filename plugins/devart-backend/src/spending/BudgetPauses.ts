import { MAX_AMOUNT_MICROS, type Approval } from '@devart/plugin-devart-common';
import type { AgentCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { DecidedApproval } from '../approvals/ApprovalMachine';
import type { ApprovalsService } from '../approvals/ApprovalsService';
import type { BudgetsService } from '../budgets/BudgetsService';
import type { BudgetRow } from '../budgets/BudgetStore';
import type { Refused } from '../budgets/charges';
import { describeBudget, money } from '../budgets/describeBudget';
import { toMicros } from '../budgets/toBudget';
import type { Database } from '../database/Database';
import type { Transaction } from '../database/Transaction';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { TasksService } from '../tasks/TasksService';
import type { OpenPauseRow, PauseStore } from './PauseStore';

const ACTOR = 'system:spending';

/** A part of the limit that is proposed at least: a smaller increase would soon be asked for again. */
const LEAST_SHARE = 0.2;

/** Why a service is not paid where more budget would help. */
const HELPED_BY_BUDGET: readonly string[] = ['budget', 'suspended'];

/** What of an approval whoever approves may change. */
type Increase = { increaseMicros: number };

/** A task that may not spend what it needs. */
export interface BudgetPause {
  taskId: string;
  attempt: number;
  /** The service that was asked for. */
  service: { id: string; title: string };
  refused: Refused;
}

/**
 * Lets tasks wait for budget: the task that may not spend waits, with the
 * reason `budget`, for the approval of an increase that whoever approves may
 * change. When they approve, the budget is increased and the task is back in
 * the queue where it was, in one transaction; the attempt counts as no failure.
 * Others that wait for the same budget go on without anybody, as far as it has
 * room for them by then.
 */
export class BudgetPauses {
  readonly #database: Database;
  readonly #store: PauseStore;
  readonly #budgets: BudgetsService;
  readonly #approvals: ApprovalsService;
  readonly #tasks: TasksService;
  readonly #organizations: Organizations;

  constructor(options: {
    database: Database;
    store: PauseStore;
    budgets: BudgetsService;
    approvals: ApprovalsService;
    tasks: TasksService;
    organizations: Organizations;
  }) {
    this.#database = options.database;
    this.#store = options.store;
    this.#budgets = options.budgets;
    this.#approvals = options.approvals;
    this.#tasks = options.tasks;
    this.#organizations = options.organizations;
    this.#approvals.onDecided((tx, decided) => this.#decided(tx, decided));
  }

  /**
   * Lets the task that an agent holds wait, where an increase of a budget would
   * help and the service wants people to be asked; otherwise answers undefined.
   * The attempt is over then, and the agent lets go of the task.
   *
   * @throws ConflictError when the agent does not hold the attempt any more.
   */
  async pause(
    agent: AgentCaller,
    pause: BudgetPause,
  ): Promise<Approval | undefined> {
    const { refused, service, taskId, attempt } = pause;
    if (
      refused.onExhausted !== 'ask' ||
      !HELPED_BY_BUDGET.includes(refused.reason)
    ) {
      return undefined;
    }
    const { organizationId } = agent;
    const found = await this.#database.asSystem(agent.actor, async tx => ({
      budget: await this.#budgets.findRefusing(tx, organizationId, {
        budgetId: refused.budgetId,
        // Of several that were tried, the rule of the last one asks.
        serviceId: refused.serviceId ?? service.id,
      }),
      costs: await this.#store.costsOf(tx, organizationId, taskId),
    }));
    const { budget } = found;
    if (!budget) {
      return undefined;
    }
    const spentMicros = Number(found.costs.spent);
    const usualMicros = toMicros(found.costs.usual);
    const estimateMicros =
      usualMicros === undefined
        ? undefined
        : Math.max(0, usualMicros - spentMicros);
    const proposal = this.#propose(pause, budget, {
      spentMicros,
      estimateMicros,
    });
    return this.#approvals.requestForTask(agent, {
      ...proposal,
      taskId,
      attempt,
      waitingReason: 'budget',
      also: (tx, approvalId) =>
        this.#store.insert(tx, {
          approval_id: approvalId,
          organization_id: organizationId,
          budget_id: budget.id,
        }),
    });
  }

  /**
   * Puts tasks back into the queue whose budget has room for them again, since
   * it was increased, for another task or by hand, or has begun anew; what was
   * asked for them is withdrawn. Those that have waited longest come first, as
   * far as the room goes for what they are expected to cost.
   */
  async release(signal: AbortSignal): Promise<void> {
    const rooms = new Map<string, number>();
    const open = await this.#database.asSystem(ACTOR, tx =>
      this.#store.open(tx),
    );
    for (const pause of open) {
      if (signal.aborted) {
        return;
      }
      const { budget_id: budgetId, organization_id: organizationId } = pause;
      const room = rooms.get(budgetId) ?? (await this.#roomOf(pause));
      rooms.set(budgetId, room);
      // Room that was there when it began to wait did not help it.
      const hasMore = room > Number(pause.left_micros);
      if (hasMore && room >= Number(pause.needed_micros)) {
        rooms.set(budgetId, room - Number(pause.expected_micros));
        await this.#database.asSystem(ACTOR, tx =>
          this.#tasks.releaseIn(tx, organizationId, pause.task_id, {
            to: 'queued',
            reason: 'the budget that it waited for has room again',
          }),
        );
      }
    }
  }

  /** What is left of the budget that a task waits for; a budget without a limit, or one that is gone, has room for all. */
  async #roomOf(pause: OpenPauseRow): Promise<number> {
    const budget = await this.#database.asSystem(ACTOR, tx =>
      this.#budgets.findIn(tx, pause.organization_id, pause.budget_id),
    );
    const limit = toMicros(budget?.limit_micros ?? null);
    return budget && limit !== undefined
      ? limit - Number(budget.spent_micros) - Number(budget.reserved_micros)
      : Infinity;
  }

  #propose(
    { refused, service }: BudgetPause,
    budget: BudgetRow,
    task: { spentMicros: number; estimateMicros?: number },
  ) {
    const { currency } = this.#organizations.byId(budget.organization_id);
    const limitMicros = toMicros(budget.limit_micros) ?? 0;
    const used = Number(budget.spent_micros) + Number(budget.reserved_micros);
    const left = limitMicros - used;
    const neededMicros = refused.neededMicros ?? 0;
    const { spentMicros, estimateMicros } = task;
    const increaseMicros = Math.min(
      MAX_AMOUNT_MICROS - limitMicros,
      Math.max(
        1,
        neededMicros - left,
        (estimateMicros ?? 0) - left,
        Math.ceil(limitMicros * LEAST_SHARE),
      ),
    );
    const name = describeBudget(budget);
    const sentences = [
      `${service.title} may not be paid ${money(neededMicros, currency)}: of the ${name}, ${money(limitMicros, currency)}, ${money(used, currency)} are spent or held back.`,
      `The task has cost ${money(spentMicros, currency)} so far.`,
      estimateMicros === undefined
        ? 'What it takes to finish is not known: no task of its type has cost anything yet.'
        : `By what tasks of its type cost, about ${money(estimateMicros, currency)} are missing to finish it.`,
    ];
    return {
      title: `Increase the ${name}`.slice(0, 200),
      description: sentences.join(' '),
      effect: `The limit grows for good, by ${money(increaseMicros, currency)} unless whoever approves changes that, and the task goes on`,
      effectClass: 'external' as const,
      action: {
        operation: 'budgets.update',
        budgetId: budget.id,
        budget: name,
        service: service.title,
        currency,
        limitMicros,
        usedMicros: used,
        neededMicros,
        taskSpentMicros: spentMicros,
        ...(estimateMicros !== undefined && {
          estimateToFinishMicros: estimateMicros,
        }),
      },
      edit: { increaseMicros } satisfies Increase,
      costMicros: increaseMicros,
    };
  }

  /** Increases the budget, as part of the transaction that approves it. */
  async #decided(tx: Transaction, decided: DecidedApproval): Promise<void> {
    if (decided.status !== 'approved') {
      return;
    }
    const pause = await this.#store.find(tx, decided.id);
    if (!pause) {
      return;
    }
    const { increaseMicros } = decided.edit as Increase;
    const isAmount =
      Number.isSafeInteger(increaseMicros) &&
      increaseMicros >= 1 &&
      increaseMicros <= MAX_AMOUNT_MICROS;
    if (!isAmount) {
      throw new InvalidInputError([
        {
          field: 'edit.increaseMicros',
          problem: `must be a whole number of millionths from 1 to ${MAX_AMOUNT_MICROS}`,
        },
      ]);
    }
    const by = decided.decidedBy.join(', ');
    const why = decided.comment ? `: ${decided.comment}` : '';
    await this.#budgets.increaseIn(tx, pause.organization_id, pause.budget_id, {
      amountMicros: increaseMicros,
      reason: `asked for by the task ${decided.subject?.name ?? ''}, approved by ${by}${why}`,
    });
  }
}
