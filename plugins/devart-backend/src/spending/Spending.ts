import { requireKnown } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Approvals } from '../approvals/Approvals';
import type { Budgets } from '../budgets/Budgets';
import type { Database } from '../database/Database';
import type { Handlers } from '../operations/Handlers';
import { BudgetPauses } from './BudgetPauses';
import { DispatchService } from './DispatchService';
import { PauseStore } from './PauseStore';

/** What tasks spend, and what becomes of them when they may not; put together. */
export class Spending {
  /** Lets tasks wait for budget, whatever it was that they could not pay. */
  readonly pauses: BudgetPauses;
  readonly handlers: Pick<Handlers<'tasks'>, 'dispatch'>;

  constructor(options: {
    database: Database;
    organizations: Organizations;
    budgets: Budgets;
    approvals: Approvals;
  }) {
    const { database, organizations, budgets, approvals } = options;
    this.pauses = new BudgetPauses({
      database,
      organizations,
      store: new PauseStore(),
      budgets: budgets.budgets,
      approvals: approvals.service,
    });
    const dispatches = new DispatchService({
      services: budgets.services,
      ledger: budgets.ledger,
      attributor: budgets.attributor,
      organizations,
      pauses: this.pauses,
    });
    this.handlers = {
      dispatch: async (request, { caller }) =>
        dispatches.dispatch(requireKnown(caller), request),
    };
  }
}
