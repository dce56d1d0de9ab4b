import type { LoggerService } from '@backstage/backend-plugin-api';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Organizations } from '../access/Organizations';
import type { ConfiguredService } from '../config/readServices';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { Audience } from '../notices/Audience';
import type { AllHandlers, Handlers } from '../operations/Handlers';
import type { Outbox } from '../outbox/Outbox';
import { AlertStore } from './AlertStore';
import { AttributionStore } from './AttributionStore';
import { Attributor } from './Attributor';
import { BudgetsService } from './BudgetsService';
import { BudgetStore } from './BudgetStore';
import { BudgetWatch } from './BudgetWatch';
import { ChargeStore } from './ChargeStore';
import { createBudgetNotifier } from './createBudgetNotifier';
import { createReservationSweeper } from './createReservationSweeper';
import { LedgerService } from './LedgerService';
import { LedgerStore } from './LedgerStore';
import {
  createBudgetHandlers,
  createLedgerHandlers,
  createServiceHandlers,
} from './operations';
import { ServicesService } from './ServicesService';
import { ServiceStore } from './ServiceStore';

/** Services, budgets and the ledger, put together. */
export class Budgets implements Part {
  readonly services: ServicesService;
  readonly budgets: BudgetsService;
  readonly ledger: LedgerService;
  readonly attributor: Attributor;
  readonly handlers: Pick<AllHandlers, 'services' | 'ledger'> & {
    budgets: Omit<Handlers<'budgets'>, 'forecast'>;
  };
  readonly vital: readonly Loop[];
  readonly background: readonly Loop[];
  readonly #provide: () => Promise<void>;

  constructor(options: {
    database: Database;
    organizations: Organizations;
    outbox: Outbox;
    /** Services that the configuration describes. */
    configured: readonly ConfiguredService[];
    audience: Audience;
    notifications: NotificationService;
    logger: LoggerService;
  }) {
    const { database, organizations, logger } = options;
    const { events, hints } = options.outbox;
    const common = { database, organizations, events };
    const store = new ServiceStore();
    const budgetStore = new BudgetStore();
    const entries = new LedgerStore();
    const alerts = new AlertStore();
    this.budgets = new BudgetsService({
      ...common,
      store: budgetStore,
      services: store,
      alerts,
    });
    this.services = new ServicesService({
      ...common,
      store,
      budgetStore,
      budgets: this.budgets,
      ledger: entries,
    });
    this.ledger = new LedgerService({
      ...common,
      charges: new ChargeStore(),
      store: entries,
    });
    this.attributor = new Attributor({
      database,
      store: new AttributionStore(),
    });
    const watch = new BudgetWatch({ ...common, store: alerts, logger });
    this.ledger.onMoved(watch.moved);
    this.ledger.onMoved(({ organizationId }) =>
      // Whose budgets moved is not looked up for every charge.
      hints.gather({ topic: 'budget', id: organizationId }),
    );
    const notifier = createBudgetNotifier(options);
    events.onCommitted(() => notifier.wake());
    this.handlers = {
      services: createServiceHandlers(this.services),
      budgets: createBudgetHandlers(this.budgets),
      ledger: createLedgerHandlers(this.ledger),
    };
    this.vital = [
      watch.loop,
      createReservationSweeper({ ledger: this.ledger, logger }),
    ];
    this.background = [notifier];
    this.#provide = () =>
      database.asSystem('system:start', async tx => {
        await this.services.provideAllIn(
          tx,
          organizations.first.id,
          options.configured,
        );
        for (const { id } of organizations.all) {
          await this.services.retireOthersIn(tx, id);
        }
      });
  }

  /** When everybody who provides services has done so. */
  async start(): Promise<void> {
    await this.#provide();
  }
}
