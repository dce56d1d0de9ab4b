import type { DispatchOutcome } from '@devart/plugin-devart-common';
import type { KnownCaller } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Attributor } from '../budgets/Attributor';
import type { Attribution, ChargeAnswer, Refused } from '../budgets/charges';
import { money } from '../budgets/describeBudget';
import type { LedgerService } from '../budgets/LedgerService';
import type { ServiceRow } from '../budgets/ServiceStore';
import type { ServicesService } from '../budgets/ServicesService';
import { InvalidInputError } from '../operations/InvalidInputError';
import type { BudgetPauses } from './BudgetPauses';
import { refusalInWords } from './refusalInWords';

/** A use of a service as somebody asks for it. */
export interface DispatchRequest {
  /** Id or name. */
  service: string;
  requestId: string;
  taskId?: string;
  attempt?: number;
  quantity?: number;
  amountMicros?: number;
}

/** Pays for services before they are used, in the name of whoever uses them. */
export class DispatchService {
  readonly #services: ServicesService;
  readonly #ledger: LedgerService;
  readonly #attributor: Attributor;
  readonly #organizations: Organizations;
  readonly #pauses: BudgetPauses;

  constructor(options: {
    services: ServicesService;
    ledger: LedgerService;
    attributor: Attributor;
    organizations: Organizations;
    pauses: BudgetPauses;
  }) {
    this.#services = options.services;
    this.#ledger = options.ledger;
    this.#attributor = options.attributor;
    this.#organizations = options.organizations;
    this.#pauses = options.pauses;
  }

  /**
   * Charges a service, or by its rules another one, or lets the task of the
   * agent wait for budget.
   *
   * @throws InvalidInputError when it cannot be said what it would cost.
   * @throws NotFoundError when there is no such service or task.
   * @throws ConflictError when the agent does not hold the attempt.
   */
  async dispatch(
    caller: KnownCaller,
    request: DispatchRequest,
  ): Promise<DispatchOutcome> {
    const { organizationId } = caller;
    const attribution = await this.#attribute(caller, request);
    const service = await this.#services.find(organizationId, request.service);
    checkAmount(service, request, caller.kind);
    const answer = await this.#ledger.charge(organizationId, {
      serviceId: service.id,
      // What two callers call alike are two requests.
      requestId: `dispatch ${request.taskId ?? caller.actor} ${request.requestId}`,
      quantity: request.quantity,
      amountMicros: request.amountMicros,
      attribution,
    });
    const outcome = await this.#toOutcome(organizationId, service, answer);
    const { taskId, attempt } = request;
    if (
      answer.outcome !== 'refused' ||
      caller.kind !== 'agent' ||
      taskId === undefined ||
      attempt === undefined
    ) {
      return outcome;
    }
    const approval = await this.#pauses.pause(caller, {
      taskId,
      attempt,
      service,
      refused: answer,
    });
    return approval
      ? {
          ...outcome,
          outcome: 'paused',
          message: `${outcome.message}; the task waits until somebody approves an increase`,
          approvalId: approval.id,
        }
      : outcome;
  }

  async #attribute(
    caller: KnownCaller,
    { taskId, attempt }: DispatchRequest,
  ): Promise<Attribution> {
    if (caller.kind !== 'agent') {
      if (attempt !== undefined) {
        throw new InvalidInputError([
          { field: 'attempt', problem: 'only agents hold attempts' },
        ]);
      }
      return this.#attributor.ofMember(caller, taskId);
    }
    if (taskId === undefined || attempt === undefined) {
      throw new InvalidInputError([
        {
          field: taskId === undefined ? 'taskId' : 'attempt',
          problem: 'needed from agents: the task that is held and its attempt',
        },
      ]);
    }
    return this.#attributor.ofAgent(caller, { taskId, attempt });
  }

  async #toOutcome(
    organizationId: string,
    asked: ServiceRow,
    answer: ChargeAnswer,
  ): Promise<DispatchOutcome> {
    const { currency } = this.#organizations.byId(organizationId);
    const find = (id: string) =>
      id === asked.id ? asked : this.#services.find(organizationId, id);
    const tried = await Promise.all((answer.delegatedFrom ?? []).map(find));
    const delegatedFrom = tried.map(({ id, name }) => ({ id, name }));
    const common = {
      delegatedFrom,
      remainingMicros: answer.remainingMicros,
      suspended: answer.suspended ?? false,
    };
    if (answer.outcome === 'refused') {
      return {
        ...common,
        ...this.#refusal(asked, answer, currency),
        outcome: 'refused',
        chargedMicros: 0,
        replayed: false,
      };
    }
    const paid = await find(answer.serviceId);
    const cost = money(answer.chargedMicros, currency);
    return {
      ...common,
      outcome: answer.outcome,
      message:
        answer.outcome === 'charged'
          ? `${paid.title} was paid ${cost}`
          : `${asked.title} cannot be paid now; ${paid.title} was paid ${cost}: call that one`,
      service: {
        id: paid.id,
        name: paid.name,
        endpoint: paid.endpoint ?? undefined,
      },
      chargedMicros: answer.chargedMicros,
      entryId: answer.entryId,
      replayed: answer.replayed,
    };
  }

  #refusal(
    asked: ServiceRow,
    answer: Refused,
    currency: string,
  ): Pick<DispatchOutcome, 'message' | 'reason' | 'budgetId'> {
    return {
      message: refusalInWords(asked, answer, currency),
      reason: answer.reason === 'request_used' ? undefined : answer.reason,
      budgetId: answer.budgetId,
    };
  }
}

/** @throws InvalidInputError when quantity and amount contradict each other, or the price. */
function checkAmount(
  service: ServiceRow,
  { quantity, amountMicros }: DispatchRequest,
  caller: KnownCaller['kind'],
): void {
  if (amountMicros === undefined) {
    return;
  }
  const refuse = (problem: string) => {
    throw new InvalidInputError([{ field: 'amountMicros', problem }]);
  };
  if (quantity !== undefined) {
    refuse('goes without quantity');
  }
  const { callMicros, millionUnitsMicros } = service.prices;
  const hasPrice = callMicros !== undefined || millionUnitsMicros !== undefined;
  if (hasPrice && caller === 'agent') {
    refuse('the service has a price; agents say the quantity');
  }
}
