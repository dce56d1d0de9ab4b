import type { LoggerService } from '@backstage/backend-plugin-api';
import { requireKnown } from '../access/Caller';
import type { Organizations } from '../access/Organizations';
import type { Approvals } from '../approvals/Approvals';
import type { Budgets } from '../budgets/Budgets';
import type { Database } from '../database/Database';
import { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { Handlers } from '../operations/Handlers';
import type { Tasks } from '../tasks/Tasks';
import { BudgetPauses } from './BudgetPauses';
import { DispatchService } from './DispatchService';
import { PauseStore } from './PauseStore';

/** For budgets that begin anew, and limits that another replica has changed. */
const BACKSTOP_MS = 15_000;

/** What tasks spend, and what becomes of them when they may not; put together. */
export class Spending implements Part {
  /** Lets tasks wait for budget, whatever it was that they could not pay. */
  readonly pauses: BudgetPauses;
  readonly handlers: Pick<Handlers<'tasks'>, 'dispatch'>;
  readonly background: readonly Loop[];

  constructor(options: {
    database: Database;
    organizations: Organizations;
    budgets: Budgets;
    approvals: Approvals;
    tasks: Tasks;
    logger: LoggerService;
  }) {
    const { database, organizations, budgets, approvals } = options;
    this.pauses = new BudgetPauses({
      database,
      organizations,
      store: new PauseStore(),
      budgets: budgets.budgets,
      approvals: approvals.service,
      tasks: options.tasks.service,
    });
    const releaser = new Loop({
      name: 'budget pauses',
      logger: options.logger,
      intervalMs: BACKSTOP_MS,
      round: signal => this.pauses.release(signal),
    });
    budgets.budgets.onChanged(() => releaser.wake());
    this.background = [releaser];
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
