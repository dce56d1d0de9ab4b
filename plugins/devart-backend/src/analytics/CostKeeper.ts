import type { LoggerService } from '@backstage/backend-plugin-api';
import { MIN_OUTLIER_SAMPLES } from '@devart/plugin-devart-common';
import type { Organizations } from '../access/Organizations';
import type { Database } from '../database/Database';
import { Loop } from '../loops/Loop';
import type { FlagStore } from './FlagStore';
import type { TaskCostStore } from './TaskCostStore';

const ACTOR = 'system:analytics';
/** How far what tasks cost is behind the ledger. */
const COLLECT_MS = 2000;
/** More than lies between the making of an id and the writing of its row. */
const ALLOWANCE_SECONDS = 0.5;
/** Looking at a hundred thousand tasks takes a fifth of a second. */
const FLAG_MS = 300_000;

/**
 * Keeps what tasks cost up to the ledger, and looks for costly ones now and
 * then. Doing it on several replicas at once does it once.
 */
export class CostKeeper {
  readonly collecting: Loop;
  readonly flagging: Loop;
  readonly #database: Database;
  readonly #costs: TaskCostStore;

  constructor(options: {
    database: Database;
    organizations: Organizations;
    costs: TaskCostStore;
    flags: FlagStore;
    logger: LoggerService;
  }) {
    const { database, organizations, flags, logger } = options;
    this.#database = database;
    this.#costs = options.costs;
    this.collecting = new Loop({
      name: 'costs of tasks',
      logger,
      intervalMs: COLLECT_MS,
      round: async () => {
        for (const { id } of organizations.all) {
          await this.collect(id);
        }
      },
    });
    this.flagging = new Loop({
      name: 'costly tasks',
      logger,
      intervalMs: FLAG_MS,
      round: async () => {
        for (const { id } of organizations.all) {
          await database.asSystem(ACTOR, tx =>
            flags.flagCostly(tx, id, MIN_OUTLIER_SAMPLES),
          );
        }
      },
    });
  }

  /** Reads what came into the ledger of an organisation since the last time. */
  async collect(organizationId: string): Promise<void> {
    // What is open now may have written what cannot be seen yet. Those that are
    // about to write their first row are not told of: they are allowed for.
    const openSeconds =
      (await this.#database.oldestWriteSeconds()) + ALLOWANCE_SECONDS;
    await this.#database.asSystem(ACTOR, tx =>
      this.#costs.collect(tx, organizationId, openSeconds),
    );
  }
}
